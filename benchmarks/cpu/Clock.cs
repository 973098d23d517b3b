using System.Diagnostics;

namespace AttentionDsl.Benchmarks.Cpu;

/// <summary>Medians of warm calls.</summary>
internal static class Clock
{
    /// <summary>Median seconds of a call over at least so many seconds and seven calls, after a third of that time to warm up.</summary>
    public static double Median(double seconds, Action call)
    {
        Run(seconds / 3, call);
        List<double> times = Run(seconds, call);
        times.Sort();
        return times[times.Count / 2];
    }

    /// <summary>
    /// Two calls by turns: the median of the first's seconds, and of its ratio to the second's beside it. What disturbs a machine disturbs both.
    /// </summary>
    public static (double Seconds, double Ratio) Beside(double seconds, Action call, Action beside)
    {
        Run(seconds / 6, call);
        Run(seconds / 6, beside);
        List<double> times = [], ratios = [];
        var all = Stopwatch.StartNew();
        while (times.Count < 7 || all.Elapsed.TotalSeconds < seconds)
        {
            double before = Once(beside), own = Once(call), after = Once(beside);
            times.Add(own);
            ratios.Add(own / ((before + after) / 2));
        }

        times.Sort();
        ratios.Sort();
        return (times[times.Count / 2], ratios[ratios.Count / 2]);
    }

    private static double Once(Action call)
    {
        long start = Stopwatch.GetTimestamp();
        call();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static List<double> Run(double seconds, Action call)
    {
        var times = new List<double>();
        var all = Stopwatch.StartNew();
        while (times.Count < 7 || all.Elapsed.TotalSeconds < seconds)
        {
            times.Add(Once(call));
        }

        return times;
    }
}
