using System.Text;

namespace AttentionDsl.Runtime;

/// <summary>
/// Writes the instructions of a warp's part of a product: a block of 16 or 32 rows and columns of the result. What is constant is worked out here, so
/// that instructions alone are left: no loop over the contracted dimension, no address but a register and a constant.
/// </summary>
/// <remarks>
/// Thread 4 g + t holds of every 16 x 8 sums rows g and g + 8, columns 2 t and 2 t + 1. Of 16 vectors of a factor it holds of vectors g (near) and g + 8
/// (far) the depths 2 t, 2 t + 1 (low) and 2 t + 8, 2 t + 9 (high), each two in bfloat16. The right factor of a tensor-core step is two neighbouring registers:
/// matrices of a right factor are loaded in another order than those of a left one (<see cref="CudaTile"/> gives each lane its address).
/// </remarks>
internal sealed class PtxProduct
{
    private readonly StringBuilder lines = new();
    private int bits;
    private int numbers;
    private int predicates;

    /// <summary>A tile as a block of a product sees it.</summary>
    /// <param name="Start">A register: where this thread's part begins.</param>
    /// <param name="Stride">Bytes from a row to the next, a constant or a register.</param>
    /// <param name="Exact">True if numbers are in single precision, false if in bfloat16.</param>
    public record Tile(string Start, string Stride, bool Exact);

    /// <summary>A factor.</summary>
    /// <param name="Start">A register: where this thread's part begins.</param>
    /// <param name="Stride">Bytes from a row to the next, a constant or a register.</param>
    /// <param name="Exact">True if numbers are in single precision, false if in bfloat16.</param>
    /// <param name="Columns">True if vectors are columns.</param>
    /// <param name="Right">True if it is the right one.</param>
    public sealed record Factor(string Start, string Stride, bool Exact, bool Columns, bool Right) : Tile(Start, Stride, Exact);

    private sealed record Fragment(string NearLow, string FarLow, string NearHigh, string FarHigh, Fragment? Rest);

    /// <summary>The instructions.</summary>
    /// <param name="result">The result.</param>
    /// <param name="rows">16 or 32 of the result.</param>
    /// <param name="columns">16 or 32 of the result.</param>
    /// <param name="into">How sums join the result.</param>
    /// <param name="a">The left factor.</param>
    /// <param name="b">The right factor.</param>
    /// <param name="depth">The contracted dimension, a multiple of 16, a constant or a register.</param>
    /// <param name="keeps">True if exact factors keep what rounding to bfloat16 loses, rounded itself.</param>
    /// <param name="kept">Registers: how much stays of rows g, g + 8, ...; or none.</param>
    /// <param name="pairs">Registers or constants: how many columns of this thread's first row are left from its first one on, and more columns for eight more rows; or none.</param>
    public static string Of(Tile result, int rows, int columns, Into into, Factor a, Factor b, string depth, bool keeps, string[]? kept, (string Left, string More)? pairs)
    {
        var product = new PtxProduct();
        product.Write(result, rows, columns, into, a, b, depth, keeps, kept, pairs);
        return $"\t{{\n\t.reg .b32 r<{product.bits + 1}>;\n\t.reg .f32 f<{product.numbers + 1}>;\n\t.reg .pred p<{product.predicates + 1}>;\n{product.lines}\t}}\n";
    }

    private void Write(Tile result, int rows, int columns, Into into, Factor a, Factor b, string depth, bool keeps, string[]? kept, (string Left, string More)? pairs)
    {
        // What the result holds is read before the products, so that nothing waits for it.
        int across = columns / 8, count = rows / 16 * across;
        string[][]? old = into == Into.Set ? null : [.. Enumerable.Range(0, count).Select(x => Read(result, x / across * 16, x % across * 8))];
        bool begins = old is not null && into == Into.Add && pairs is null;
        string zero = Number("mov.f32 {0}, 0f00000000;");
        string[][] sums = [.. Enumerable.Range(0, count).Select(x => begins ? Begin(old![x], kept, x / across * 2) : [zero, zero, zero, zero])];
        string[][] rests = [.. sums.Select(_ => new[] { zero, zero, zero, zero })];
        if (IsConstant(depth))
        {
            for (int d = 0; d < int.Parse(depth); d += 16)
            {
                Step(sums, rests, rows, columns, a, b, d, keeps);
            }
        }
        else
        {
            Loop(sums, rests, rows, columns, a, b, depth, keeps);
        }

        for (int i = 0; i < count; i++)
        {
            string[] own = keeps && (a.Exact || b.Exact) ? [.. sums[i].Zip(rests[i], (x, y) => Number($"add.f32 {{0}}, {x}, {y};"))] : sums[i];
            if (pairs is { } exist)
            {
                own = Existing(own, exist, i / across * 2, i % across * 8, zero);
            }

            if (old is not null && !begins)
            {
                own = [.. old[i].Zip(own, (x, y) => Number($"{(into == Into.Add ? "add" : "sub")}.f32 {{0}}, {x}, {y};"))];
            }

            Put(result, i / across * 16, i % across * 8, own);
        }
    }

    /// <summary>Adds the products of 16 numbers of the contracted dimension to all sums.</summary>
    private void Step(string[][] sums, string[][] rests, int rows, int columns, Factor a, Factor b, int depth, bool keeps)
    {
        Fragment[] right = [.. Enumerable.Range(0, columns / 16).Select(x => Load(b, x * 16, depth, keeps))];
        for (int i = 0; i < rows / 16; i++)
        {
            Fragment left = Load(a, i * 16, depth, keeps);
            for (int j = 0; j < columns / 16; j++)
            {
                int near = (i * columns / 8) + (j * 2), far = near + 1;
                Multiply(ref sums[near], left, right[j].NearLow, right[j].NearHigh);
                Multiply(ref sums[far], left, right[j].FarLow, right[j].FarHigh);
                if (left.Rest is { } lost)
                {
                    Multiply(ref rests[near], lost, right[j].NearLow, right[j].NearHigh);
                    Multiply(ref rests[far], lost, right[j].FarLow, right[j].FarHigh);
                }

                if (right[j].Rest is { } rest)
                {
                    Multiply(ref rests[near], left, rest.NearLow, rest.NearHigh);
                    Multiply(ref rests[far], left, rest.FarLow, rest.FarHigh);
                }
            }
        }
    }

    /// <summary>The same for a contracted dimension that is known when the kernel runs.</summary>
    private void Loop(string[][] sums, string[][] rests, int rows, int columns, Factor a, Factor b, string depth, bool keeps)
    {
        string[][] all = [.. sums, .. rests], kept = [.. all.Select(x => x.Select(y => Number($"mov.f32 {{0}}, {y};")).ToArray())];
        string left = Bits($"mov.b32 {{0}}, {a.Start};"), right = Bits($"mov.b32 {{0}}, {b.Start};"), done = Bits("mov.b32 {0}, 0;");
        lines.Append("NEXT:\n");
        string[][] next = [.. kept.Select(x => (string[])[.. x])], own = next[..sums.Length], lost = next[sums.Length..];
        Step(own, lost, rows, columns, a with { Start = left }, b with { Start = right }, 0, keeps);
        foreach ((string from, string to) in own.Concat(lost).SelectMany(x => x).Zip(kept.SelectMany(x => x)))
        {
            Line($"mov.f32 {to}, {from};");
        }

        Forward(a, left);
        Forward(b, right);
        Line($"add.s32 {done}, {done}, 16;");
        string more = Predicate($"setp.lt.s32 {{0}}, {done}, {depth};");
        Line($"@{more} bra NEXT;");
        for (int i = 0; i < sums.Length; i++)
        {
            (sums[i], rests[i]) = (kept[i], kept[sums.Length + i]);
        }
    }

    private void Forward(Factor x, string at) =>
        Line(x.Columns ? $"mad.lo.s32 {at}, {x.Stride}, 16, {at};" : $"add.s32 {at}, {at}, {(x.Exact ? 64 : 32)};");

    private void Multiply(ref string[] sums, Fragment a, string low, string high)
    {
        string[] next = [.. Enumerable.Range(0, 4).Select(_ => $"f{numbers++}")];
        Line($"mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {List(next)}, {{{a.NearLow},{a.FarLow},{a.NearHigh},{a.FarHigh}}}, {{{low},{high}}}, {List(sums)};");
        sums = next;
    }

    private Fragment Load(Factor x, int vector, int depth, bool keeps)
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
    private string Rest(string[] pair, string rounded)
    {
        string low = Bits($"shl.b32 {{0}}, {rounded}, 16;"), high = Bits($"and.b32 {{0}}, {rounded}, 0xffff0000;");
        string x = Number($"mov.b32 {{0}}, {low};"), y = Number($"mov.b32 {{0}}, {high};");
        x = Number($"sub.f32 {{0}}, {pair[0]}, {x};");
        y = Number($"sub.f32 {{0}}, {pair[1]}, {y};");
        return Bits($"cvt.rn.bf16x2.f32 {{0}}, {y}, {x};");
    }

    /// <summary>Two neighbours of a row of an exact tile.</summary>
    private string[] Along(Tile x, int row, int column)
    {
        string[] pair = [$"f{numbers++}", $"f{numbers++}"];
        Line($"ld.shared.v2.f32 {List(pair)}, {At(x, row, column * 4)};");
        return pair;
    }

    /// <summary>Two neighbours of a column of an exact tile.</summary>
    private string[] Down(Tile x, int row, int column) =>
        [Number($"ld.shared.f32 {{0}}, {At(x, row, column * 4)};"), Number($"ld.shared.f32 {{0}}, {At(x, row + 1, column * 4)};")];

    private string[] Read(Tile x, int row, int column) => [.. Pair(x, row, column), .. Pair(x, row + 8, column)];

    private string[] Pair(Tile x, int row, int column)
    {
        if (x.Exact)
        {
            return Along(x, row, column);
        }

        string both = Bits($"ld.shared.b32 {{0}}, {At(x, row, column * 2)};");
        string low = Bits($"shl.b32 {{0}}, {both}, 16;"), high = Bits($"and.b32 {{0}}, {both}, 0xffff0000;");
        return [Number($"mov.b32 {{0}}, {low};"), Number($"mov.b32 {{0}}, {high};")];
    }

    private void Put(Tile x, int row, int column, string[] sums)
    {
        PutPair(x, row, column, sums[0], sums[1]);
        PutPair(x, row + 8, column, sums[2], sums[3]);
    }

    private void PutPair(Tile x, int row, int column, string low, string high)
    {
        if (x.Exact)
        {
            Line($"st.shared.v2.f32 {At(x, row, column * 4)}, {{{low},{high}}};");
        }
        else
        {
            string both = Bits($"cvt.rn.bf16x2.f32 {{0}}, {high}, {low};");
            Line($"st.shared.b32 {At(x, row, column * 2)}, {both};");
        }
    }

    private string[] Begin(string[] old, string[]? kept, int half) =>
        kept is null ? old : [.. old.Select((x, i) => Number($"mul.f32 {{0}}, {x}, {kept[half + (i / 2)]};"))];

    /// <summary>Sums of pairs that exist; 0 where none does.</summary>
    private string[] Existing(string[] sums, (string Left, string More) pairs, int half, int column, string zero) =>
    [
        .. sums.Select((x, i) =>
        {
            string left = half + (i / 2) == 0 ? pairs.Left : Bits($"mad.lo.s32 {{0}}, {pairs.More}, {half + (i / 2)}, {pairs.Left};");
            string exists = Predicate($"setp.gt.s32 {{0}}, {left}, {column + (i % 2)};");
            return Number($"selp.f32 {{0}}, {x}, {zero}, {exists};");
        }),
    ];

    private string At(Tile x, int row, int across)
    {
        if (IsConstant(x.Stride))
        {
            return $"[{x.Start}+{(row * int.Parse(x.Stride)) + across}]";
        }

        return row == 0 ? $"[{x.Start}+{across}]" : $"[{Bits($"mad.lo.s32 {{0}}, {x.Stride}, {row}, {x.Start};")}+{across}]";
    }

    private static bool IsConstant(string x) => x[0] != '%';

    private static string List(string[] registers) => $"{{{string.Join(',', registers)}}}";

    private void Line(string text) => lines.Append('\t').Append(text).Append('\n');

    private string Bits(string text) => New(text, $"r{bits++}");

    private string Number(string text) => New(text, $"f{numbers++}");

    private string Predicate(string text) => New(text, $"p{predicates++}");

    // The text is complete but for its result.
    private string New(string text, string register)
    {
        Line(text.Replace("{0}", register, StringComparison.Ordinal));
        return register;
    }
}
