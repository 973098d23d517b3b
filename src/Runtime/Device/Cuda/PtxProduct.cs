namespace AttentionDsl.Runtime;

/// <summary>
/// Writes the instructions of a warp's part of a product: a block of 16 or 32 rows and columns of the result. What is constant is worked out here, so
/// that instructions alone are left: no loop over the contracted dimension, no address but a register and a constant.
/// </summary>
internal sealed class PtxProduct : PtxBlock
{
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
    /// <param name="weights">Registers: what each of this thread's sums is multiplied by; or none.</param>
    public static string Of(
        Tile result, int rows, int columns, Into into, Factor a, Factor b, string depth, bool keeps, string[]? kept, (string Left, string More)? pairs, string[]? weights = null)
    {
        var product = new PtxProduct();
        product.Write(result, rows, columns, into, a, b, depth, keeps, kept, pairs, weights);
        return product.Text();
    }

    /// <summary>
    /// Of a block of 16 x 16 of a product, whose pairs are weighed, the sums of its rows and, negative, of its columns, in scratch. Two lanes have each; one of them leaves it.
    /// </summary>
    /// <param name="weights">What pairs are multiplied by.</param>
    /// <param name="a">The left factor.</param>
    /// <param name="b">The right factor.</param>
    /// <param name="depth">The contracted dimension, a multiple of 16, a constant or a register.</param>
    /// <param name="left">A register: how many columns of this thread's first row are left from its first one on.</param>
    /// <param name="lane">A register: the lane.</param>
    /// <param name="row">A register: where the sum of this lane's row goes.</param>
    /// <param name="column">A register: where the sum of its column goes.</param>
    public static string Sums(Tile weights, Factor a, Factor b, string depth, string left, string lane, string row, string column)
    {
        var product = new PtxProduct();
        string zero = product.Number("mov.f32 {0}, 0f00000000;");
        string[][] weigh = [product.Read(weights, 0, 0), product.Read(weights, 0, 8)], sums = [[zero, zero, zero, zero], [zero, zero, zero, zero]];
        product.Contract(sums, [[zero, zero, zero, zero], [zero, zero, zero, zero]], 16, 16, a, b, depth, keeps: false);
        string[] own = [.. sums.SelectMany((x, i) => product.Existing([.. x.Zip(weigh[i], (y, z) => product.Number($"mul.f32 {{0}}, {y}, {z};"))], (left, "8"), 0, 8 * i, zero))];
        product.Left(product.SumOfLanes([product.Total(own[0], own[1], own[4], own[5]), product.Total(own[2], own[3], own[6], own[7])], lane, 2, 1), lane, 1, row);
        product.Left(
            product.Number($"sub.f32 {{0}}, {zero}, {product.SumOfLanes([.. new[] { 0, 1, 4, 5 }.Select(x => product.Total(own[x], own[x + 2]))], lane, 16, 8, 4)};"), lane, 4, column);
        return product.Text();
    }

    /// <summary>The lane without a bit of its number leaves a sum that one with it has, too.</summary>
    private void Left(string sum, string lane, int bit, string at) =>
        Line($"@{Predicate($"setp.eq.s32 {{0}}, {Bits($"and.b32 {{0}}, {lane}, {bit};")}, 0;")} st.shared.f32 [{at}+0], {sum};");

    private string Total(params string[] numbers) => numbers.Aggregate((x, y) => Number($"add.f32 {{0}}, {x}, {y};"));

    private void Write(
        Tile result, int rows, int columns, Into into, Factor a, Factor b, string depth, bool keeps, string[]? kept, (string Left, string More)? pairs, string[]? weights)
    {
        // What the result holds is read before the products, so that nothing waits for it.
        int across = columns / 8, count = rows / 16 * across;
        string[][]? old = into == Into.Set ? null : [.. Enumerable.Range(0, count).Select(x => Read(result, x / across * 16, x % across * 8))];
        bool begins = old is not null && into == Into.Add && pairs is null;
        string zero = Number("mov.f32 {0}, 0f00000000;");
        string[][] sums = [.. Enumerable.Range(0, count).Select(x => begins ? Begin(old![x], kept, x / across * 2) : [zero, zero, zero, zero])];
        string[][] rests = [.. sums.Select(_ => new[] { zero, zero, zero, zero })];
        Contract(sums, rests, rows, columns, a, b, depth, keeps);
        for (int i = 0; i < count; i++)
        {
            string[] own = keeps && (a.Exact || b.Exact) ? [.. sums[i].Zip(rests[i], (x, y) => Number($"add.f32 {{0}}, {x}, {y};"))] : sums[i];
            if (weights is not null)
            {
                own = [.. own.Select((x, y) => Number($"mul.f32 {{0}}, {x}, {weights[(4 * i) + y]};"))];
            }

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

    private void Contract(string[][] sums, string[][] rests, int rows, int columns, Factor a, Factor b, string depth, bool keeps)
    {
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
        Label("NEXT");
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
}
