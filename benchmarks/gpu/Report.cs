using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using AttentionDsl.Runtime;
using AttentionDsl.Variants;

namespace AttentionDsl.Gpu;

/// <summary>One figure of the report.</summary>
/// <param name="Variant">The variant.</param>
/// <param name="Shape">The sizes.</param>
/// <param name="Form">What was measured.</param>
/// <param name="Value">Milliseconds; of errors: relative; of first calls: seconds; of memory: MiB.</param>
/// <param name="Peer">The peer's published value; NaN: none.</param>
/// <param name="Floor">The least milliseconds that the card's memory and tensor cores allow; NaN: none.</param>
internal sealed record Figure(string Variant, string Shape, string Form, double Value, double Peer, double Floor);

/// <summary>Checks, times, and prints a row as soon as it is there.</summary>
internal sealed class Report(Card card, LivePeer? live, int rounds, int? chunk, TimeSpan limit, string? json)
{
    // A large bfloat16 product on an H200; the H100 has the same tensor cores.
    private const double OperationsPerMillisecond = 700e9;

    // Decode steps of a graph, at least: as many as a model has layers. What a graph takes to begin is then as small a part of a step as it is there.
    private const int Layers = 24;

    private const double Tolerance = 1e-2;
    private const double MiB = 1 << 20;

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private readonly long start = Stopwatch.GetTimestamp();
    private readonly double bytesPerMillisecond = card.CopyRate();
    private readonly List<Figure> results = [];
    private readonly List<string> left = [];

    public bool Failed { get; private set; }

    public void Heading(string peer)
    {
        Line($"{card.Device.Name}, CUDA {card.Driver}; device-to-device copy {bytesPerMillisecond / 1e6:0} GB/s; bfloat16 tensors, medians of {rounds} replays of a graph");
        Line(peer);
    }

    /// <summary>Compiles, and holds every form against the oracle.</summary>
    public void Check(Row[] rows, Shape small)
    {
        Line("");
        Line($"First calls (seconds: kernels are compiled), then relative errors against the double-precision recurrence on the same tensors ({small.Name})");
        Line($"{"variant",-17}{"forward",9}{"backward",9}{"decode",9} | {"decode",8}{"forward",9}{"backward",9}  worst gradient, bytes a replay allocates on the host");
        foreach (Row row in rows)
        {
            Guard(row.Variant, "check", () =>
            {
                using var call = new Measurement(Variant(row), card, small.Size, chunk);
                (double first, double second, double third) = call.FirstCalls();
                (double decode, double forward, double backward, string worst) = call.Errors();
                bool wrong = !(Math.Max(decode, Math.Max(forward, backward)) <= Tolerance);
                Failed |= wrong;
                Line($"{row.Variant,-17}{first,9:0.00}{second,9:0.00}{third,9:0.00} | {decode,8:0.0e-0}{forward,9:0.0e-0}{backward,9:0.0e-0}  {worst}, {call.Allocated()}{(wrong ? "  WRONG" : "")}");
                Add(row, small.Name, "first forward, seconds", first);
                Add(row, small.Name, "first backward, seconds", second);
                Add(row, small.Name, "first decode, seconds", third);
                Add(row, small.Name, "error of decode", decode);
                Add(row, small.Name, "error of forward", forward);
                Add(row, small.Name, "error of backward", backward);
            });
        }
    }

    public void Time(Row[] rows, Shape[] shapes, bool passes)
    {
        foreach (Shape shape in shapes)
        {
            int index = Array.IndexOf(Shape.All, shape);
            Line("");
            Line($"{shape.Name}: milliseconds; peer: {(live is null ? "published, H200" : "beside us")}; peak MiB of the device's memory, inputs included; same: two runs gave the same bits");
            Line("both: a training step, whose backward reads what its forward left (kept MiB); redone: a forward and a backward call, which computes that again");
            Line($"{"variant",-17}{"forward",8}{"peer",8}{"ratio",7}{"floor",7}{"share",6} | {"both",8}{"peer",8}{"ratio",7}{"floor",7}{"share",6}{"redone",8} | {"MiB",6}{"both",6}{"kept",6}{"peer",6}  same");
            foreach (Row row in rows)
            {
                Guard(row.Variant, shape.Name, () =>
                {
                    IVariant variant = Variant(row);
                    using var call = new Measurement(variant, card, shape.Size, chunk);
                    double operations = 2 * shape.Size.Batch * (double)shape.Size.Tokens * shape.Size.Heads
                        * variant.Description.ForwardOperations(new Sizes { K = shape.Size.K, V = shape.Size.V, Chunk = 64, Updates = 1 });
                    Timing forward = call.Forward(rounds, passes);
                    (double peerForward, double peerBoth) = live?.Time(row.Peer, shape.Size) ?? (index < 0 ? (double.NaN, double.NaN) : (row.Forward[index], row.Both[index]));
                    string first = Cells(row, shape, "forward", forward.Milliseconds, peerForward, Floor(call.LeastBytes(both: false), operations));
                    Timing backward = call.Backward(rounds, passes);
                    Timing step = call.Training(rounds, passes);
                    string second = Cells(row, shape, "forward and backward", step.Milliseconds, peerBoth, Floor(call.LeastBytes(both: true), 3 * operations));
                    double peer = index == 0 ? row.MiB : double.NaN, redone = forward.Milliseconds + backward.Milliseconds;
                    bool same = forward.Same && backward.Same && step.Same;
                    Failed |= !same;
                    Line($"{row.Variant,-17}{first} | {second}{redone,8:0.000} | {forward.Bytes / MiB,6:0}{step.Bytes / MiB,6:0}{step.Kept / MiB,6:0}{Number(peer, 6, "0")}  {(same ? "yes" : "NO")}");
                    Add(row, shape.Name, "forward and backward, redone", redone);
                    Add(row, shape.Name, "peak of forward, MiB", forward.Bytes / MiB);
                    Add(row, shape.Name, "peak of backward, redone, MiB", backward.Bytes / MiB);
                    Add(row, shape.Name, "peak of forward and backward, MiB", step.Bytes / MiB, peer);
                    Add(row, shape.Name, "kept from forward to backward, MiB", step.Kept / MiB);
                    Add(row, shape.Name, "the same from run to run", same ? 1 : 0);
                    if (passes)
                    {
                        Line($"  {forward.Kernels} | {step.Kernels} | redone: {backward.Kernels}");
                    }
                });
            }
        }
    }

    public void Decode(Row[] rows, int[] batches, int heads, int channels)
    {
        Line("");
        Line($"Decode, one token, H{heads} D{channels}, float32 state in place: microseconds a step, {Layers} or more of them in a graph, part of the copy rate, peer");
        Line($"{"variant",-17}{string.Concat(batches.Select(x => $" | {"B" + x,8}{"rate",6}{"peer",8}{"ratio",7}"))}");
        foreach (Row row in rows)
        {
            Guard(row.Variant, "decode", () =>
            {
                string cells = "";
                foreach ((int i, int batch) in batches.Index())
                {
                    var shape = Shape.Of(batch, 1, heads, channels);
                    using var call = new Measurement(Variant(row), card, shape.Size, chunk);
                    double bytes = 2.0 * batch * heads * channels * channels * sizeof(float);
                    double milliseconds = call.Decode(rounds, (int)Math.Clamp(256e6 / bytes, Layers, 64));
                    double peer = Peers.Decode.TryGetValue(row.Variant, out double[]? all) && channels == 128 ? all[i] / 1000 : double.NaN;
                    cells += $" | {milliseconds * 1000,8:0.0}{bytes / milliseconds / bytesPerMillisecond,6:0%}{Number(peer * 1000, 8, "0.0")}{Number(peer / milliseconds, 7, "0.00")}";
                    Add(row, shape.Name, "decode", milliseconds, peer, bytes / bytesPerMillisecond);
                }

                Line($"{row.Variant,-17}{cells}");
            });
        }
    }

    /// <summary>Says what the time limit left out.</summary>
    public void Close()
    {
        Line("");
        if (left.Count > 0)
        {
            Line($"The time limit of {limit.TotalSeconds:0} s left out: {string.Join(", ", left)}.");
        }

        Line($"{Stopwatch.GetElapsedTime(start).TotalSeconds:0} s in all");
    }

    private static IVariant Variant(Row row) => Catalog.All.Single(x => x.Description.Name == row.Variant);

    private static string Number(double value, int width, string format) => (double.IsNaN(value) ? "" : value.ToString(format, null)).PadLeft(width);

    private static void Line(string text)
    {
        Console.Out.WriteLine(text);
        Console.Out.Flush();
    }

    private double Floor(double bytes, double operations) => Math.Max(bytes / bytesPerMillisecond, operations / OperationsPerMillisecond);

    private string Cells(Row row, Shape shape, string form, double value, double peer, double floor)
    {
        Add(row, shape.Name, form, value, peer, floor);
        return $"{value,8:0.000}{Number(peer, 8, "0.000")}{Number(peer / value, 7, "0.00")}{floor,7:0.000}{floor / value,6:0%}";
    }

    private void Add(Row row, string shape, string form, double value, double peer = double.NaN, double floor = double.NaN) => results.Add(new(row.Variant, shape, form, value, peer, floor));

    private void Guard(string variant, string what, Action action)
    {
        if (Stopwatch.GetElapsedTime(start) > limit)
        {
            left.Add($"{variant} ({what})");
            return;
        }

        try
        {
            action();
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or ILGPU.Runtime.AcceleratorException)
        {
            Failed = true;
            Line($"{variant,-17}failed: {exception.Message}");
        }

        // After every row: who ends the program early has what was measured.
        if (json is not null)
        {
            File.WriteAllText(json, JsonSerializer.Serialize(results, Json) + "\n");
        }
    }
}
