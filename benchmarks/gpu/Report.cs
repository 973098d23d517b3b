using AttentionDsl.Runtime;
using AttentionDsl.Variants;
using Spectre.Console;

namespace AttentionDsl.Gpu;

/// <summary>One figure of the report.</summary>
/// <param name="Variant">The variant.</param>
/// <param name="Shape">The sizes.</param>
/// <param name="Form">check, forward, forward and backward, decode.</param>
/// <param name="Value">Milliseconds; of a check: the relative error.</param>
/// <param name="Peer">The peer's published milliseconds; NaN: none.</param>
/// <param name="Floor">The least milliseconds that the card's memory and tensor cores allow.</param>
internal sealed record Figure(string Variant, string Shape, string Form, double Value, double Peer, double Floor);

/// <summary>Checks, times, prints.</summary>
internal sealed class Report(ComputeDevice device, int rounds, int? chunk)
{
    // The card's ceilings as measured on an H200: a device-to-device copy (bytes read and written), a large bfloat16 product.
    private const double BytesPerMillisecond = 4.27e9;
    private const double OperationsPerMillisecond = 700e9;

    private const double Tolerance = 1e-2;

    public List<Figure> Results { get; } = [];

    public bool Failed { get; private set; }

    public void Check(Row[] rows)
    {
        Table table = NewTable("variant", "decode", "forward", "backward", "worst gradient");
        foreach (Row row in rows)
        {
            Guard(row, () =>
            {
                using var call = new Measurement(Variant(row), device, new CallSize(1, 150, 2, 128, 128) { Updates = 1 }, chunk);
                (double decode, double forward, double backward, string worst) = call.Errors();
                table.AddRow(row.Variant, Error(decode), Error(forward), Error(backward), worst);
                Results.Add(new(row.Variant, "B1 T150 H2 D128", "check forward", forward, double.NaN, 0));
                Results.Add(new(row.Variant, "B1 T150 H2 D128", "check backward", backward, double.NaN, 0));
            });
        }

        AnsiConsole.WriteLine($"Relative error against the double-precision recurrence on the same bfloat16 inputs ({device.Name})");
        AnsiConsole.Write(table);
    }

    public void Time(Row[] rows, Shape[] shapes, bool passes)
    {
        foreach (Shape shape in shapes)
        {
            int index = Array.IndexOf(Shape.All, shape);
            Table table = NewTable("variant", "forward", "peer", "ratio", "floor", "share", "both", "peer", "ratio", "floor", "share");
            var kernels = new List<string>();
            foreach (Row row in rows)
            {
                Guard(row, () =>
                {
                    IVariant variant = Variant(row);
                    var size = new CallSize(shape.Batch, shape.Tokens, shape.Heads, shape.Channels, shape.Channels) { Updates = 1 };
                    using var call = new Measurement(variant, device, size, chunk);
                    double operations = 2 * shape.Batch * (double)shape.Tokens * shape.Heads * variant.Description.ForwardOperations(new Sizes { K = shape.Channels, V = shape.Channels, Chunk = 64, Updates = 1 });
                    double forward = call.Forward(rounds);
                    string each = call.Kernels();
                    double both = forward + call.Backward(rounds);
                    kernels.Add($"{row.Variant}: {each} | {call.Kernels()}");
                    string[] cells = [row.Variant, .. Cells(row, shape, "forward", forward, row.Forward[index], Floor(call.Bytes(both: false), operations)),
                        .. Cells(row, shape, "forward and backward", both, row.Both[index], Floor(call.Bytes(both: true), 3 * operations))];
                    table.AddRow(cells);
                });
            }

            AnsiConsole.WriteLine($"{shape.Name}, bfloat16, milliseconds on the card, medians of {rounds}; peer: published, H200 ({device.Name})");
            AnsiConsole.Write(table);
            if (passes)
            {
                kernels.ForEach(AnsiConsole.WriteLine);
            }
        }
    }

    public void Decode(Row[] rows)
    {
        int[] batches = [256, 32, 1];
        Table table = NewTable(["variant", .. batches.SelectMany(x => new[] { $"B{x} us", "GB/s", "peer us" })]);
        foreach (Row row in rows)
        {
            Guard(row, () =>
            {
                var cells = new List<string> { row.Variant };
                foreach ((int i, int batch) in batches.Index())
                {
                    using var call = new Measurement(Variant(row), device, new CallSize(batch, 1, 16, 128, 128) { Updates = 1 }, chunk);
                    double milliseconds = call.Decode(rounds), bytes = 2.0 * batch * 16 * 128 * 128 * 4;
                    double peer = Peers.Decode.TryGetValue(row.Variant, out double[]? all) ? all[i] / 1000 : double.NaN;
                    Results.Add(new(row.Variant, $"B{batch} H16 D128", "decode", milliseconds, peer, bytes / BytesPerMillisecond));
                    cells.AddRange([$"{milliseconds * 1000:0.0}", $"{bytes / milliseconds / 1e6:0}", Number(peer * 1000)]);
                }

                table.AddRow([.. cells]);
            });
        }

        AnsiConsole.WriteLine($"Decode, one token, H16 D128, float32 state in place, microseconds on the card ({device.Name})");
        AnsiConsole.Write(table);
    }

    private static double Floor(double bytes, double operations) => Math.Max(bytes / BytesPerMillisecond, operations / OperationsPerMillisecond);

    private string[] Cells(Row row, Shape shape, string form, double value, double peer, double floor)
    {
        Results.Add(new(row.Variant, shape.Name, form, value, peer, floor));
        return [$"{value:0.000}", Number(peer), double.IsNaN(peer) ? "" : $"{peer / value:0.00}", $"{floor:0.000}", $"{floor / value:0%}"];
    }

    private void Guard(Row row, Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or ILGPU.Runtime.AcceleratorException)
        {
            Failed = true;
            Console.Error.WriteLine($"{row.Variant}: {exception.Message}");
        }
    }

    private string Error(double error)
    {
        Failed |= !(error <= Tolerance);
        return error <= Tolerance ? $"{error:0.0e-0}" : $"[red]{error:0.0e-0}[/]";
    }

    private static IVariant Variant(Row row) => Catalog.All.Single(x => x.Description.Name == row.Variant);

    private static string Number(double value) => double.IsNaN(value) ? "" : $"{value:0.000}";

    private static Table NewTable(params string[] columns)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (string column in columns)
        {
            table.AddColumn(new TableColumn(column).NoWrap());
        }

        return table;
    }
}
