using System.Text;

namespace AttentionDsl.Runtime;

/// <summary>What texts of instructions on blocks of 16 x 16 numbers are made of: registers, loads of factors for the tensor cores, their steps.</summary>
/// <remarks>
/// Thread 4 g + t holds of every 16 x 8 sums rows g and g + 8, columns 2 t and 2 t + 1. Of 16 vectors of a factor it holds of vectors g (near) and g + 8
/// (far) the depths 2 t, 2 t + 1 (low) and 2 t + 8, 2 t + 9 (high), each two in bfloat16. The right factor of a tensor-core step is two neighbouring registers:
/// matrices of a right factor are loaded in another order than those of a left one (<see cref="CudaTile"/> gives each lane its address).
/// </remarks>
internal abstract class PtxBlock
{
    private readonly StringBuilder lines = new();
    private int bits;
    private int numbers;
    private int predicates;
    private int addresses;

    /// <summary>A tile as a block of a product sees it.</summary>
    /// <param name="Start">A register: where this thread's part begins.</param>
    /// <param name="Stride">Bytes from a row to the next, a constant or a register.</param>
    /// <param name="Exact">True if numbers are in single precision, false if in bfloat16.</param>
    /// <param name="Block">Bytes of 64 columns, if the tile stands in such blocks, of which pieces of 16 bytes change places within a row; else 0.</param>
    public record Tile(string Start, string Stride, bool Exact, int Block = 0);

    /// <summary>A factor.</summary>
    /// <param name="Start">A register: where this thread's part begins.</param>
    /// <param name="Stride">Bytes from a row to the next, a constant or a register.</param>
    /// <param name="Exact">True if numbers are in single precision, false if in bfloat16.</param>
    /// <param name="Columns">True if vectors are columns.</param>
    /// <param name="Right">True if it is the right one.</param>
    /// <param name="Block">Bytes of 64 columns, if the factor stands in such blocks; else 0.</param>
    public sealed record Factor(string Start, string Stride, bool Exact, bool Columns, bool Right, int Block = 0) : Tile(Start, Stride, Exact, Block);

    protected sealed record Fragment(string NearLow, string FarLow, string NearHigh, string FarHigh, Fragment? Rest);

    /// <summary>All lines, between braces, with the registers they name.</summary>
    protected string Text() =>
        $"\t{{\n\t.reg .b32 r<{bits + 1}>;\n\t.reg .f32 f<{numbers + 1}>;\n\t.reg .pred p<{predicates + 1}>;\n\t.reg .b64 a<{addresses + 1}>;\n{lines}\t}}\n";

    protected void Multiply(ref string[] sums, Fragment a, string low, string high)
    {
        string[] next = [.. Enumerable.Range(0, 4).Select(_ => $"f{numbers++}")];
        Line($"mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {List(next)}, {{{a.NearLow},{a.FarLow},{a.NearHigh},{a.FarHigh}}}, {{{low},{high}}}, {List(sums)};");
        sums = next;
    }

    /// <summary>A product of the first eight of sixteen, or of the last ones.</summary>
    protected void MultiplyEight(ref string[] sums, Fragment a, string right, bool high)
    {
        string[] next = [.. Enumerable.Range(0, 4).Select(_ => $"f{numbers++}")];
        Line($"mma.sync.aligned.m16n8k8.row.col.f32.bf16.bf16.f32 {List(next)}, {{{(high ? a.NearHigh : a.NearLow)},{(high ? a.FarHigh : a.FarLow)}}}, {{{right}}}, {List(sums)};");
        sums = next;
    }

    protected Fragment Load(Factor x, int vector, int depth, bool keeps)
    {
        if (!x.Exact)
        {
            string[] r = [.. Enumerable.Range(0, 4).Select(_ => $"r{bits++}")];
            string at = x.Columns ? At(x, depth, vector * 2) : At(x, vector, depth * 2);
            Line($"ldmatrix.sync.aligned.m8n8.x4{(x.Columns ? ".trans" : "")}.shared.b16 {List(r)}, {at};");
            return x.Right ? new(r[0], r[2], r[1], r[3], null) : new(r[0], r[1], r[2], r[3], null);
        }

        string[][] pairs = x.Columns
            ? [Down(x, depth, vector), Down(x, depth, vector + 8), Down(x, depth + 8, vector), Down(x, depth + 8, vector + 8)]
            : [Along(x, vector, depth), Along(x, vector + 8, depth), Along(x, vector, depth + 8), Along(x, vector + 8, depth + 8)];
        string[] rounded = [.. pairs.Select(y => Bits($"cvt.rn.bf16x2.f32 {{0}}, {y[1]}, {y[0]};"))];
        string[]? rest = keeps ? [.. pairs.Zip(rounded, Rest)] : null;
        return new(rounded[0], rounded[1], rounded[2], rounded[3], rest is null ? null : new(rest[0], rest[1], rest[2], rest[3], null));
    }

    /// <summary>What rounding a pair lost, rounded.</summary>
    protected string Rest(string[] pair, string rounded)
    {
        string[] kept = Widened(rounded);
        string x = Number($"sub.f32 {{0}}, {pair[0]}, {kept[0]};"), y = Number($"sub.f32 {{0}}, {pair[1]}, {kept[1]};");
        return Bits($"cvt.rn.bf16x2.f32 {{0}}, {y}, {x};");
    }

    /// <summary>Two neighbours of a row of an exact tile.</summary>
    protected string[] Along(Tile x, int row, int column)
    {
        string[] pair = [$"f{numbers++}", $"f{numbers++}"];
        Line($"ld.shared.v2.f32 {List(pair)}, {At(x, row, column * 4)};");
        return pair;
    }

    /// <summary>Two neighbours in the device's memory, in single precision.</summary>
    protected string[] AlongFar(string start, int number)
    {
        string[] pair = [$"f{numbers++}", $"f{numbers++}"];
        Line($"ld.global.v2.f32 {List(pair)}, [{start}+{number * 4}];");
        return pair;
    }

    /// <summary>Two neighbours of a column of an exact tile.</summary>
    private string[] Down(Tile x, int row, int column) =>
        [Number($"ld.shared.f32 {{0}}, {At(x, row, column * 4)};"), Number($"ld.shared.f32 {{0}}, {At(x, row + 1, column * 4)};")];

    protected string[] Read(Tile x, int row, int column) => [.. Pair(x, row, column), .. Pair(x, row + 8, column)];

    private string[] Pair(Tile x, int row, int column)
    {
        if (x.Exact)
        {
            return Along(x, row, column);
        }

        return Widened(Bits($"ld.shared.b32 {{0}}, {At(x, row, column * 2)};"));
    }

    /// <summary>A pair in bfloat16 as two numbers.</summary>
    protected string[] Widened(string pair)
    {
        string low = Bits($"shl.b32 {{0}}, {pair}, 16;"), high = Bits($"and.b32 {{0}}, {pair}, 0xffff0000;");
        return [Number($"mov.b32 {{0}}, {low};"), Number($"mov.b32 {{0}}, {high};")];
    }

    /// <summary>
    /// One sum over lanes of each of so many numbers: lanes that are <paramref name="distances"/> apart exchange, and each time either gives away half of the sums that it has a part of; those
    /// that have only one add it to the other's.
    /// </summary>
    protected string SumOfLanes(string[] numbers, string lane, params int[] distances)
    {
        foreach (int distance in distances)
        {
            numbers = numbers.Length > 1
                ? Halved(numbers, Gives(lane, distance), distance)
                : [Number($"add.f32 {{0}}, {numbers[0]}, {Number($"shfl.sync.bfly.b32 {{0}}, {numbers[0]}, {distance}, 31, 0xffffffff;")};")];
        }

        return numbers[0];
    }

    /// <summary>True in the lanes that give away the first half of what they have when they exchange with others.</summary>
    private string Gives(string lane, int distance) => Predicate($"setp.gt.s32 {{0}}, {Bits($"and.b32 {{0}}, {lane}, {distance};")}, 0;");

    /// <summary>Of so many numbers of two lanes one has the sums of the first half afterwards, the other, which <paramref name="gives"/> the first, those of the second.</summary>
    private string[] Halved(string[] numbers, string gives, int distance) => [.. numbers.Take(numbers.Length / 2).Zip(numbers.Skip(numbers.Length / 2), (first, second) =>
    {
        string kept = Number($"selp.f32 {{0}}, {second}, {first}, {gives};"), given = Number($"selp.f32 {{0}}, {first}, {second}, {gives};");
        return Number($"add.f32 {{0}}, {kept}, {Number($"shfl.sync.bfly.b32 {{0}}, {given}, {distance}, 31, 0xffffffff;")};");
    })];

    protected string At(Tile x, int row, int across)
    {
        // A step across is eight columns, or sixteen: where pieces change places, it changes them too, in bits of the address that nothing else moves.
        if (x.Block is > 0 and int block)
        {
            int places = across & 0x70;
            string start = places == 0 ? x.Start : Bits($"xor.b32 {{0}}, {x.Start}, {places};");
            return $"[{start}+{(row * int.Parse(x.Stride)) + (across / 128 * block)}]";
        }

        if (IsConstant(x.Stride))
        {
            return $"[{x.Start}+{(row * int.Parse(x.Stride)) + across}]";
        }

        return row == 0 ? $"[{x.Start}+{across}]" : $"[{Bits($"mad.lo.s32 {{0}}, {x.Stride}, {row}, {x.Start};")}+{across}]";
    }

    protected static bool IsConstant(string x) => x[0] != '%';

    protected static string List(string[] registers) => $"{{{string.Join(',', registers)}}}";

    protected void Line(string text) => lines.Append('\t').Append(text).Append('\n');

    protected string Bits(string text) => New(text, $"r{bits++}");

    protected string Number(string text) => New(text, $"f{numbers++}");

    protected string Predicate(string text) => New(text, $"p{predicates++}");

    protected string Address(string text) => New(text, $"a{addresses++}");

    protected void Label(string name) => lines.Append(name).Append(":\n");

    // The text is complete but for its result.
    private string New(string text, string register)
    {
        Line(text.Replace("{0}", register, StringComparison.Ordinal));
        return register;
    }
}
