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

    private static List<double> Run(double seconds, Action call)
    {
        var times = new List<double>();
        var all = Stopwatch.StartNew();
        while (times.Count < 7 || all.Elapsed.TotalSeconds < seconds)
        {
            long start = Stopwatch.GetTimestamp();
            call();
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return times;
    }
}
