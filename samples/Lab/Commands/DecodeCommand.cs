using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AttentionDsl.Lab.Decoding;
using AttentionDsl.Lab.Layers;
using AttentionDsl.Lab.Reports;
using AttentionDsl.Runtime;
using Spectre.Console;

namespace AttentionDsl.Lab.Commands;

/// <summary>Measures what one more token costs after contexts of many lengths: time of the mixers, and bytes they keep.</summary>
internal static class DecodeCommand
{
    private const int Layers = 4;
    private const double SecondsEach = 0.5, WarmUpSeconds = 2;
    private static readonly int[] Contexts = [256, 1024, 4096, 16384, 65536];

    /// <param name="patterns">Patterns of mixers, over four layers.</param>
    /// <param name="known">The variants that they may name.</param>
    /// <param name="output">The folder of --out; null: only what is shown.</param>
    /// <param name="cancellation">Ctrl+C.</param>
    public static int Run(IReadOnlyList<string> patterns, IReadOnlyList<IVariant> known, string? output, CancellationToken cancellation)
    {
        MixerPattern[] mixers = [.. patterns.Select(x => MixerPattern.Parse(x, known))];
        OutputFolder? folder = output is null ? null : new(output);
        folder?.Prepare(0, 1 << 20);
        var size = new MixerSize(256, 4, 64, 64) { Layers = Layers };
        var found = new List<Measurement>();
        var table = new Table().Border(TableBorder.Simple).AddColumn("mixers");
        foreach (int context in Contexts)
        {
            table.AddColumn(new TableColumn(string.Create(CultureInfo.InvariantCulture, $"{context:n0}")).RightAligned().NoWrap());
        }

        AnsiConsole.MarkupLineInterpolated($"{Layers} layers, {size.Heads} heads of {size.K}; the mixers alone, one sequence, float32; median microseconds a token, and KiB kept, after a context of so many tokens");
        foreach (MixerPattern pattern in mixers)
        {
            // The runtime compiles anew what is called often: not before that is done does the time count.
            Measure(pattern, size, Contexts[0], WarmUpSeconds);
        }

        foreach (MixerPattern pattern in mixers)
        {
            var row = new List<string> { Markup.Escape(pattern.Text) };
            foreach (int context in Contexts)
            {
                cancellation.ThrowIfCancellationRequested();
                Measurement measured = Measure(pattern, size, context, SecondsEach);
                found.Add(measured);
                row.Add(string.Create(CultureInfo.InvariantCulture, $"{measured.Microseconds:n0} us  {measured.Bytes / 1024:n0} K"));
            }

            table.AddRow([.. row]);
        }

        AnsiConsole.Write(table);
        if (folder is not null)
        {
            Write(folder, found);
            AnsiConsole.MarkupLineInterpolated($"written to {output}: decode.csv, decode.json, decode-time.png, decode-bytes.png");
        }

        return 0;
    }

    private static Measurement Measure(MixerPattern pattern, MixerSize size, int context, double seconds)
    {
        Decoder[] layers = [.. Enumerable.Range(0, Layers).Select(i => pattern.Decoder(i, size with { Layer = i }, context))];
        var times = new List<double>();
        var whole = Stopwatch.StartNew();
        for (int i = 0; i < 50 || whole.Elapsed.TotalSeconds < seconds; i++)
        {
            var one = Stopwatch.StartNew();
            Array.ForEach(layers, x => x.Step());
            times.Add(one.Elapsed.TotalMicroseconds);
        }

        long bytes = layers.Sum(x => x.Bytes);
        Array.ForEach(layers, x => x.Dispose());

        // The first half is warm-up.
        double[] warm = [.. times.Skip(times.Count / 2).Order()];
        return new Measurement(pattern.Text, context, warm[warm.Length / 2], bytes);
    }

    private static void Write(OutputFolder folder, List<Measurement> found)
    {
        Files.Csv(folder.Report("decode.csv"), "mixers,context,microseconds,bytes", found.Select(x => (FormattableString)$"{x.Mixers},{x.Context},{x.Microseconds:g5},{x.Bytes}"));
        File.WriteAllText(folder.Report("decode.json"), JsonSerializer.Serialize(found, Json.Indented) + "\n");
        Plots.Save(folder.Report("decode-time.png"), "time of the mixers for one more token", "tokens before it", "microseconds", found.Select(x => (x.Mixers, 0UL, (double)x.Context, x.Microseconds)), logarithmic: true);
        Plots.Save(folder.Report("decode-bytes.png"), "what is kept of the past", "tokens before", "KiB", found.Select(x => (x.Mixers, 0UL, (double)x.Context, x.Bytes / 1024.0)), logarithmic: true);
    }

    private sealed record Measurement(string Mixers, int Context, double Microseconds, long Bytes);
}
