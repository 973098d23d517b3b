namespace AttentionDsl.Runtime;

/// <content>Triangular systems whose right sides and solutions are strips.</content>
internal sealed partial class PtxStrip
{
    /// <summary>A solved system: a product of the inverse, or of its transpose, and a right side, each in two digits.</summary>
    /// <param name="result">The solution; it may be the right side.</param>
    /// <param name="x">The right side.</param>
    /// <param name="rows">Its rows, 16, 32 or 64.</param>
    /// <param name="transposed">True if the inverse is taken transposed.</param>
    /// <param name="at">A register: where this lane's part of the inverse begins.</param>
    private static string Solve(Registers result, Given x, int rows, bool transposed, string at)
    {
        var text = new PtxStrip();
        string zero = text.Number($"mov.f32 {{0}}, {Zero};");
        Fragment[] right = [.. Enumerable.Range(0, rows / 16).Select(i => text.Digits(x, 2 * i))];

        // In an order in which no row of blocks is read after it is written.
        foreach (int i in transposed ? Enumerable.Range(0, right.Length) : Enumerable.Range(0, right.Length).Reverse())
        {
            string[] low = [zero, zero, zero, zero], high = low;
            for (int k = transposed ? i : 0; k < (transposed ? right.Length : i + 1); k++)
            {
                int block = (int)(transposed ? CudaTile.BlockOfInverse(k, i) : CudaTile.BlockOfInverse(i, k));
                string[] digit = text.Matrices(at, block, !transposed), lost = text.Matrices(at, block + CudaTile.LostAt, !transposed);

                // Of a block of the diagonal eight rows hang on eight alone: the first ones on these, or transposed the last ones.
                if (i == k && !transposed)
                {
                    text.MultiplyEight(ref low, right[k], digit[0], lost[0], high: false);
                }
                else
                {
                    text.MultiplyDigits(ref low, right[k], digit[0], digit[1], lost[0], lost[1]);
                }

                if (i == k && transposed)
                {
                    text.MultiplyEight(ref high, right[k], digit[3], lost[3], high: true);
                }
                else
                {
                    text.MultiplyDigits(ref high, right[k], digit[2], digit[3], lost[2], lost[3]);
                }
            }

            text.Put(result, 2 * i, low);
            text.Put(result, (2 * i) + 1, high);
        }

        return text.Text();
    }

    private string[] Matrices(string at, int further, bool turned)
    {
        string[] r = [.. Enumerable.Range(0, 4).Select(_ => Bits("mov.b32 {0}, 0;"))];
        Line($"ldmatrix.sync.aligned.m8n8.x4{(turned ? ".trans" : "")}.shared.b16 {List(r)}, [{at}+{further}];");
        return r;
    }

    /// <summary>What is lost of both factors counts as nothing.</summary>
    private void MultiplyDigits(ref string[] sums, Fragment a, string low, string high, string lowLost, string highLost)
    {
        if (a.Rest is not null)
        {
            Multiply(ref sums, a.Rest, low, high);
        }

        Multiply(ref sums, a, lowLost, highLost);
        Multiply(ref sums, a, low, high);
    }

    /// <summary>The same of the first eight rows of the right side, or of the last ones.</summary>
    private void MultiplyEight(ref string[] sums, Fragment a, string digit, string lost, bool high)
    {
        if (a.Rest is not null)
        {
            MultiplyEight(ref sums, a.Rest, digit, high);
        }

        MultiplyEight(ref sums, a, lost, high);
        MultiplyEight(ref sums, a, digit, high);
    }

    /// <summary>Sixteen rows of a right side as a factor, from an eight on, and what rounding loses of numbers in single precision.</summary>
    private Fragment Digits(Given x, int eight)
    {
        if (x.Strip is { Exact: false })
        {
            return Pairs(x.Strip, eight);
        }

        if (x.Near is { Exact: false })
        {
            return Turned(x.Near, eight);
        }

        string[][] pairs = [.. Numbers(x, eight).SelectMany(y => new[] { y[..2], y[2..] })];
        string[] rounded = [.. pairs.Select(y => Bits($"cvt.rn.bf16x2.f32 {{0}}, {y[1]}, {y[0]};"))], rest = [.. pairs.Zip(rounded, Rest)];
        return new(rounded[0], rounded[1], rounded[2], rounded[3], new(rest[0], rest[1], rest[2], rest[3], null));
    }

    /// <summary>A system solved by an inverse that stands row by row: a row of the right side goes from its lane to the three others of its columns.</summary>
    /// <param name="result">The solution; it may be the right side.</param>
    /// <param name="x">The right side.</param>
    /// <param name="rows">Its rows, a multiple of 16.</param>
    /// <param name="transposed">True if the inverse is taken transposed.</param>
    /// <param name="inverse">The inverse, from this thread's first row on, or if it is taken transposed from the column of this number on.</param>
    private static string SolveByRows(Registers result, Given x, int rows, bool transposed, Tile inverse)
    {
        var text = new PtxStrip();
        string zero = text.Number($"mov.f32 {{0}}, {Zero};");
        string[][] numbers = [.. Enumerable.Range(0, rows / 16).SelectMany(i => text.Numbers(x, 2 * i))], sums = [.. numbers.Select(_ => new[] { zero, zero, zero, zero })];
        for (int row = 0; row < rows; row++)
        {
            string[] given = text.OfRow(numbers, row);
            for (int i = transposed ? 0 : row / 8; transposed ? i <= row / 8 : i < sums.Length; i++)
            {
                string[] factors = text.FactorsOf(inverse, row, i, transposed);
                sums[i] = [.. sums[i].Select((y, j) => text.Number($"fma.rn.f32 {{0}}, {factors[j % 2]}, {given[j / 2]}, {y};"))];
            }
        }

        for (int i = 0; i < sums.Length; i++)
        {
            text.Put(result, i, sums[i]);
        }

        return text.Text();
    }

    /// <summary>The numbers of a row in this thread's two columns, from the lane that has them.</summary>
    private string[] OfRow(string[][] numbers, int row) =>
        [.. new[] { row % 2, (row % 2) + 2 }.Select(i => Number($"shfl.sync.idx.b32 {{0}}, {numbers[row / 8][i]}, {row % 8 / 2}, 0x1c1f, 0xffffffff;"))];

    /// <summary>What a row of a system is multiplied by on its way to this thread's two rows of an eight: numbers of a column of the inverse, or of its row if it is taken transposed.</summary>
    private string[] FactorsOf(Tile inverse, int row, int eight, bool transposed) => transposed
        ? Along(inverse, row, eight * 8)
        : [.. Enumerable.Range(8 * eight, 2).Select(y => Number($"ld.shared.f32 {{0}}, {At(inverse, y, row * 4)};"))];
}
