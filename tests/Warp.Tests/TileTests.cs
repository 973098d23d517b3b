using AttentionDsl.Runtime;

namespace AttentionDsl.Warp.Tests;

/// <summary>Triangular systems, decayed Grams and factors of the tile of CUDA cards, by themselves, against the oracle's: sizes that have code of their own, and decays that lose more than single precision holds.</summary>
public sealed unsafe class TileTests
{
    private const long Elements = 48 << 10;

    private readonly Random random = new(5);

    [Theory]
    [InlineData(16, 32)]
    [InlineData(32, 48)]
    [InlineData(64, 32)]
    [InlineData(64, 48)]
    [InlineData(48, 32)]
    public void Solves(int rows, int columns)
    {
        float[][] x = [new float[rows * columns], Numbers(rows, rows, (i, j) => j < i ? Next() / 2 : 0), Numbers(rows, columns, (_, _) => Next())];
        Check(x, rows, [columns, rows, columns], (0, 3e-5), t => ReferenceTile.SolveUnitLower(t[0], t[1], t[2]), t => CudaTile.SolveUnitLower(t[0], t[1], t[2]));
        Check(x, rows, [columns, rows, columns], (0, 3e-5), t => ReferenceTile.SolveUnitLowerTransposed(t[0], t[1], t[2]), t => CudaTile.SolveUnitLowerTransposed(t[0], t[1], t[2]));

        // Every key the same: the inverse is small although the matrix is not.
        x[1] = Numbers(rows, rows, (i, j) => j < i ? 1 : 0);
        Check(x, rows, [columns, rows, columns], (0, 3e-5), t => ReferenceTile.SolveUnitLower(t[0], t[1], t[2]), t => CudaTile.SolveUnitLower(t[0], t[1], t[2]));
    }

    /// <summary>Systems whose matrix was inverted earlier, among tiles of scratch. Nothing on its diagonal and above is the matrix's.</summary>
    [Theory]
    [InlineData(16, 32)]
    [InlineData(32, 128)]
    [InlineData(32, 48)]
    [InlineData(64, 32)]
    [InlineData(64, 48)]
    [InlineData(48, 32)]
    [InlineData(24, 20)]
    [InlineData(5, 20)]
    [InlineData(26, 20)]
    public void Solves_by_inverses(int rows, int columns)
    {
        float[][] x = [new float[rows * columns], Numbers(rows, rows, (i, j) => j < i ? Next() / 2 : double.NaN), Numbers(rows, columns, (_, _) => Next())];
        foreach (Inverses.Way way in Enum.GetValues<Inverses.Way>())
        {
            Solve(way, 0, 3e-5);
            Solve(way, 2, 3e-5);
            Solve(way, 0, 5e-3, 0, 2);
            Solve(way, 0, 5e-3, 2);
            Solve(way, 2, 5e-3, 2);
        }

        // Every key the same: the inverse is small although the matrix is not.
        x[1] = Numbers(rows, rows, (i, j) => j < i ? 1 : 0);
        Solve(Inverses.Way.Left, 0, 3e-5);

        void Solve(Inverses.Way way, int to, double tolerance, params int[] factors)
        {
            using var inverse = new Inverses(way, rows);
            int[] widths = [columns, rows, columns];
            Check(x, rows, widths, (to, tolerance), t => ReferenceTile.SolveUnitLower(t[to], t[1], t[2]), t => CudaTile.SolveByInverse(t[to], inverse.Of(t[1]), t[2]), factors);
            Check(
                x, rows, widths, (to, tolerance), t => ReferenceTile.SolveUnitLowerTransposed(t[to], t[1], t[2]), t => CudaTile.SolveByInverseTransposed(t[to], inverse.Of(t[1]), t[2]), factors);
        }
    }

    [Theory]
    [InlineData(16, 32)]
    [InlineData(32, 128)]
    [InlineData(32, 40)]
    [InlineData(20, 64)]
    [InlineData(1, 32)]
    public void Adds_products_to_scaled_rows(int rows, int columns)
    {
        float[] Any(int width) => Numbers(rows, width, (_, _) => Next());
        float[][] x = [new float[rows * columns], Any(columns), Any(1), Any(rows), Any(columns)];
        int[] widths = [columns, columns, 1, rows, columns];
        Check(x, rows, widths, (0, 1e-6), t => ReferenceTile.ScaleRows(t[0], t[1], t[2]), t => CudaTile.ScaleRows(t[0], t[1], t[2]));
        Check(x, rows, widths, (4, 1e-6), t => ReferenceTile.AddScaledRows(t[4], t[1], t[2]), t => CudaTile.AddScaledRows(t[4], t[1], t[2]));
        Check(x, rows, widths, (4, 5e-3), t => ReferenceTile.AddScaledRows(t[4], t[1], t[2]), t => CudaTile.AddScaledRows(t[4], t[1], t[2]), 1);
        foreach (int result in new[] { 0, 1 })
        {
            Check(x, rows, widths, (result, 5e-3), t => Sum(ReferenceTile.Product, t, result), t => CudaTile.ScaleAndAddProduct(t[result], t[1], t[2], t[3], t[4]));
            Check(x, rows, widths, (result, 5e-3), t => Sum(ReferenceTile.TransposedProduct, t, result), t => CudaTile.ScaleAndAddTransposedProduct(t[result], t[1], t[2], t[3], t[4]));
        }
    }

    [Theory]
    [InlineData(16, 32, 0.3)]
    [InlineData(32, 32, 0.3)]
    [InlineData(32, 48, 3.0)]
    [InlineData(32, 32, 9.0)]
    [InlineData(32, 24, 9.0)]
    [InlineData(48, 32, 9.0)]
    public void Decayed_grams(int rows, int channels, double strength)
    {
        float[] decays = Decays(rows, channels, strength), l = Numbers(rows, channels, (_, _) => Next()), m = Numbers(rows, channels, (_, _) => Next());
        float[] r = Numbers(rows, channels, (_, _) => Next());
        int[] both = [rows, rows, channels, channels, channels, channels, channels];
        float[][] x = [new float[rows * rows], new float[rows * rows], l, m, r, decays, [.. new float[channels], .. decays.AsSpan(0, (rows - 1) * channels)]];
        Check(x, rows, both, (0, 3e-5), t => ReferenceTile.DecayedGram(t[0], t[2], t[4], t[6], t[5], Causal.Strict), t => CudaTile.DecayedGram(t[0], t[2], t[4], t[6], t[5], Causal.Strict));
        foreach (Causal causal in new[] { Causal.Strict, Causal.Inclusive })
        {
            Check(x, rows, both, (0, 3e-5), t => ReferenceTile.DecayedGrams(t[0], t[1], t[2], t[3], t[4], t[5], t[5], causal), t => CudaTile.DecayedGrams(t[0], t[1], t[2], t[3], t[4], t[5], t[5], causal));
            Check(x, rows, both, (1, 5e-3), t => ReferenceTile.DecayedGrams(t[0], t[1], t[2], t[3], t[4], t[5], t[5], causal), t => CudaTile.DecayedGrams(t[0], t[1], t[2], t[3], t[4], t[5], t[5], causal));
            Check(
                x, rows, both, (0, causal == Causal.Strict ? 3e-5 : 5e-3),
                t => ReferenceTile.DecayedGram(t[0], t[2], t[4], t[5], t[5], causal), t => CudaTile.DecayedGram(t[0], t[2], t[4], t[5], t[5], causal));
        }
    }

    /// <summary>Inputs as the caller has them, in half the bits, of which one is both factors of a Gram.</summary>
    [Theory]
    [InlineData(16, 32, 0.3)]
    [InlineData(32, 128, 0.3)]
    [InlineData(32, 128, 9.0)]
    [InlineData(32, 48, 9.0)]
    public void Decayed_grams_of_rounded_inputs(int rows, int channels, double strength)
    {
        float[] Rounded() => Numbers(rows, channels, (_, _) => Math.Round(Next() * 64) / 64);
        float[][] x = [new float[rows * rows], new float[rows * rows], Rounded(), Rounded(), Rounded(), Decays(rows, channels, strength)];
        int[] widths = [rows, rows, channels, channels, channels, channels];
        foreach (int[] factors in new int[][] { [2, 3, 4], [2, 3], [4] })
        {
            Check(x, rows, widths, (0, 3e-5), t => ReferenceTile.DecayedGram(t[0], t[2], t[4], t[5], t[5], Causal.Strict), t => CudaTile.DecayedGram(t[0], t[2], t[4], t[5], t[5], Causal.Strict), factors);
            Check(x, rows, widths, (0, 3e-5), t => ReferenceTile.DecayedGrams(t[0], t[1], t[2], t[3], t[2], t[5], t[5], Causal.Inclusive), t => CudaTile.DecayedGrams(t[0], t[1], t[2], t[3], t[2], t[5], t[5], Causal.Inclusive), factors);
            Check(x, rows, widths, (1, 5e-3), t => ReferenceTile.DecayedGrams(t[0], t[1], t[2], t[3], t[2], t[5], t[5], Causal.Inclusive), t => CudaTile.DecayedGrams(t[0], t[1], t[2], t[3], t[2], t[5], t[5], Causal.Inclusive), factors);
        }
    }

    /// <summary>Four Grams at once, inputs rounded or not, and decays that lose more than single precision holds.</summary>
    [Theory]
    [InlineData(16, 128, 0.3)]
    [InlineData(16, 48, 9.0)]
    [InlineData(32, 32, 0.3)]
    [InlineData(16, 24, 0.3)]
    public void Crossed_decayed_grams(int rows, int channels, double strength)
    {
        float[] Rounded() => Numbers(rows, channels, (_, _) => Math.Round(Next() * 64) / 64);
        float[] Result() => new float[rows * rows];
        float[] decays = Decays(rows, channels, strength), before = [.. new float[channels], .. decays.AsSpan(0, (rows - 1) * channels)];
        float[][] x = [Result(), Result(), Result(), Result(), Rounded(), Rounded(), Rounded(), Rounded(), before, decays];
        int[] widths = [rows, rows, rows, rows, channels, channels, channels, channels, channels, channels];
        for (int judged = 0; judged < 4; judged++)
        {
            foreach (int[] factors in new int[][] { [], [4, 5, 6] })
            {
                Check(
                    x, rows, widths, (judged, judged < 2 ? 3e-5 : 5e-3),
                    t => Crossed<ReferenceTile, F64>(t), t => CudaTile.CrossedDecayedGrams(t[0], t[1], t[2], t[3], t[4], t[5], t[6], t[7], t[8], t[9], t[9], Causal.Inclusive), factors);
            }
        }
    }

    [Theory]
    [InlineData(16, 128)]
    [InlineData(16, 48)]
    [InlineData(32, 128)]
    [InlineData(32, 64)]
    [InlineData(32, 16)]
    [InlineData(32, 24)]
    [InlineData(64, 32)]
    public void Sums_up_rows(int rows, int columns)
    {
        float[][] x = [new float[rows * columns], Numbers(rows, columns, (_, _) => Math.Round(Next() * 64) / 64)];
        Check(x, rows, [columns, columns], (0, 1e-6), t => ReferenceTile.CumulativeSum(t[0], t[1]), t => CudaTile.CumulativeSum(t[0], t[1]));
        Check(x, rows, [columns, columns], (0, 1e-6), t => ReferenceTile.CumulativeSum(t[0], t[1]), t => CudaTile.CumulativeSum(t[0], t[1]), 1);
        foreach (Into into in new[] { Into.Set, Into.Add, Into.Subtract })
        {
            Check(x, rows, [columns, columns], (0, 1e-6), t => ReferenceTile.ReverseCumulativeSum(t[0], t[1], into), t => CudaTile.ReverseCumulativeSum(t[0], t[1], into));
        }
    }

    /// <summary>Elementwise loops read what stands in half the bits.</summary>
    [Theory]
    [InlineData(16, 32)]
    [InlineData(32, 128)]
    [InlineData(32, 64)]
    [InlineData(32, 48)]
    public void Loads_factors(int rows, int columns)
    {
        float[][] x = [new float[rows * columns], Numbers(rows, columns, (_, _) => Math.Round(Next() * 64) / 64)];
        Check(
            x, rows, [columns, columns], (0, 0),
            t => ReferenceTile.Copy(t[0], t[1], Into.Set),
            t =>
            {
                for (int i = t[0].FirstRow; t[0].HasRow(i); i += t[0].RowStep)
                {
                    for (int j = t[0].FirstColumn; t[0].HasColumn(j); j += t[0].ColumnStep)
                    {
                        t[0].Store(i, j, t[1].Load(i, j));
                        if (t[0].ColumnsInOneTurn)
                        {
                            break;
                        }
                    }

                    if (t[0].RowsInOneTurn)
                    {
                        break;
                    }
                }
            },
            1);
    }

    [Theory]
    [InlineData(16, 32, 0.3)]
    [InlineData(32, 48, 0.3)]
    [InlineData(32, 32, 9.0)]
    [InlineData(32, 16, 40.0)]
    [InlineData(48, 32, 3.0)]
    public void Derivatives_of_decayed_grams(int rows, int channels, double strength)
    {
        float[] Any() => Numbers(rows, channels, (_, _) => Next());
        float[][] x =
        [
            Any(), Any(), Any(), Any(), Numbers(rows, rows, (i, j) => j < i ? Next() : 0), Numbers(rows, rows, (i, j) => j <= i ? Next() : 0),
            Any(), Any(), Any(), Decays(rows, channels, strength), Any(), new float[rows * channels],
        ];
        int[] columns = [channels, channels, channels, channels, rows, rows, channels, channels, channels, channels, channels, channels];

        // What stood before a token.
        x[9].AsSpan(0, (rows - 1) * channels).CopyTo(x[11].AsSpan(channels));
        foreach (int i in new[] { 0, 2, 3, 10 })
        {
            Check(
                x, rows, columns, (i, 1e-4),
                t => ReferenceTile.DecayedGramAdjoint(t[0], t[2], t[10], t[3], t[4], t[6], t[8], t[11], t[9], Causal.Strict),
                t => CudaTile.DecayedGramAdjoint(t[0], t[2], t[10], t[3], t[4], t[6], t[8], t[11], t[9], Causal.Strict));
        }

        for (int i = 0; i < 4; i++)
        {
            Check(
                x, rows, columns, (i, 5e-3),
                t => ReferenceTile.DecayedGramsAdjoint(t[0], t[1], t[2], t[3], t[3], t[4], t[5], t[6], t[7], t[8], t[9], t[9], Causal.Inclusive),
                t => CudaTile.DecayedGramsAdjoint(t[0], t[1], t[2], t[3], t[3], t[4], t[5], t[6], t[7], t[8], t[9], t[9], Causal.Inclusive));
            Check(
                x, rows, columns, (i, 1e-4),
                t => ReferenceTile.DecayedGramAdjoint(t[0], t[1], t[2], t[3], t[5], t[6], t[8], t[9], t[9], Causal.Inclusive),
                t => CudaTile.DecayedGramAdjoint(t[0], t[1], t[2], t[3], t[5], t[6], t[8], t[9], t[9], Causal.Inclusive));
        }
    }

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(40)]
    [InlineData(64)]
    public void Mirrors(int rows)
    {
        float[][] x = [Numbers(rows, rows, (i, j) => j < i ? Next() : 0)];
        Check(x, rows, [rows], (0, 0), t => ReferenceTile.Mirror(t[0]), t => CudaTile.Mirror(t[0]));
    }

    /// <summary>Factors of 64 columns and more stand in blocks, others in rows; a product reads and writes both.</summary>
    [Theory]
    [InlineData(32)]
    [InlineData(64)]
    [InlineData(128)]
    public void Multiplies_factors_wherever_they_stand(int size)
    {
        // What bfloat16 holds.
        float[] Any() => Numbers(size, size, (_, _) => Math.Round(Next() * 64) / 64);
        float[][] x = [Any(), Any(), Any()];
        int[] widths = [size, size, size];
        foreach (int[] factors in new int[][] { [1, 2], [0, 1, 2], [0, 2], [1] })
        {
            Check(x, size, widths, (0, 5e-3), t => ReferenceTile.Product(t[0], t[1], t[2], Into.Set), t => CudaTile.Product(t[0], t[1], t[2], Into.Set), factors);
            Check(x, size, widths, (0, 5e-3), t => ReferenceTile.TransposedProduct(t[0], t[1], t[2], Into.Add), t => CudaTile.TransposedProduct(t[0], t[1], t[2], Into.Add), factors);
            Check(x, size, widths, (0, 5e-3), t => ReferenceTile.ProductTransposed(t[0], t[1], t[2], Into.Subtract), t => CudaTile.ProductTransposed(t[0], t[1], t[2], Into.Subtract), factors);
            Check(x, size, widths, (0, 5e-3), t => ReferenceTile.Gram(t[0], t[1], t[2], Causal.Inclusive, Into.Set), t => CudaTile.Gram(t[0], t[1], t[2], Causal.Inclusive, Into.Set), factors);
        }
    }

    [Theory]
    [InlineData(32, 32)]
    [InlineData(32, 64)]
    [InlineData(64, 128)]
    [InlineData(16, 192)]
    public void Multiplies_rows_of_factors(int rows, int columns)
    {
        float[] Any() => Numbers(rows, columns, (_, _) => Math.Round(Next() * 64) / 64);
        float[][] x = [new float[rows], Any(), Any()];
        foreach (int[] factors in new int[][] { [1, 2], [1], [2] })
        {
            Check(x, rows, [1, columns, columns], (0, 1e-5), t => ReferenceTile.RowDot(t[0], t[1], t[2], Into.Set), t => CudaTile.RowDot(t[0], t[1], t[2], Into.Set), factors);
            Check(x, rows, [1, columns, columns], (1, 5e-3), t => ReferenceTile.Copy(t[1], t[2], Into.Set), t => CudaTile.Copy(t[1], t[2], Into.Set), factors);
            Check(x, rows, [1, columns, columns], (1, 0), t => ReferenceTile.Clear(t[1]), t => CudaTile.Clear(t[1]), factors);
        }
    }

    [Theory]
    [InlineData(16)]
    [InlineData(24)]
    [InlineData(32)]
    [InlineData(44)]
    [InlineData(64)]
    [InlineData(128)]
    public void Sums_columns_of_numbers(int rows)
    {
        float[] Any() => Numbers(rows, 1, (_, _) => Next());
        float[][] x = [Any(), Any()];
        Check(x, rows, [1, 1], (0, 1e-6), t => ReferenceTile.CumulativeSum(t[0], t[1]), t => CudaTile.CumulativeSum(t[0], t[1]));
        Check(x, rows, [1, 1], (0, 1e-6), t => ReferenceTile.CumulativeSum(t[0], t[0]), t => CudaTile.CumulativeSum(t[0], t[0]));
        foreach (Into into in new[] { Into.Set, Into.Add, Into.Subtract })
        {
            Check(x, rows, [1, 1], (0, 1e-6), t => ReferenceTile.ReverseCumulativeSum(t[0], t[1], into), t => CudaTile.ReverseCumulativeSum(t[0], t[1], into));
            Check(x, rows, [1, 1], (0, 1e-6), t => ReferenceTile.Sum(t[0].Block(0, 1, 0, 1), t[1], into), t => CudaTile.Sum(t[0].Block(0, 1, 0, 1), t[1], into));
            Check(x, rows, [1, 1], (0, 1e-6), t => ReferenceTile.Copy(t[0], t[1], into), t => CudaTile.Copy(t[0], t[1], into));
        }
    }

    /// <summary>What is summed up to a row does not hang on what comes after it, not even by rounding.</summary>
    [Fact]
    public void Running_sums_know_no_later_row()
    {
        float[][] x = [new float[64], Numbers(64, 1, (i, _) => i < 40 ? Next() : -1e6)];
        Check(
            x, 64, [1, 1], (0, 1e-6),
            t =>
            {
                ReferenceTile.CumulativeSum(t[0], t[1]);
                ReferenceTile.Clear(t[0].Block(40, 24, 0, 1));
            },
            t =>
            {
                CudaTile.CumulativeSum(t[0], t[1]);
                CudaTile.Synchronize();
                CudaTile.Trim(t[0], 40);
            });
    }

    [Theory]
    [InlineData(16, 16)]
    [InlineData(32, 32)]
    [InlineData(40, 24)]
    [InlineData(64, 64)]
    [InlineData(64, 128)]
    [InlineData(18, 20)]
    public void Sums_rows_and_columns(int rows, int columns)
    {
        float[] Any(int width) => Numbers(rows, width, (_, _) => Next());
        float[][] x = [Any(1), Any(columns), Any(columns), Any(columns), Any(1)];
        int[] widths = [1, columns, columns, columns, 1];
        foreach (Into into in new[] { Into.Set, Into.Add, Into.Subtract })
        {
            Check(x, rows, widths, (0, 1e-6), t => ReferenceTile.RowSum(t[0], t[1], into), t => CudaTile.RowSum(t[0], t[1], into));
            Check(x, rows, widths, (0, 2e-6), t => ReferenceTile.RowDot(t[0], t[1], t[2], into), t => CudaTile.RowDot(t[0], t[1], t[2], into));
            Check(x, rows, widths, (1, 1e-6), t => ReferenceTile.ColumnSum(t[1].Block(0, 1, 0, columns), t[2], into), t => CudaTile.ColumnSum(t[1].Block(0, 1, 0, columns), t[2], into));
            Check(x, rows, widths, (1, 1e-6), t => ReferenceTile.NormalizeAdjoint(t[1], t[2], t[3], into), t => CudaTile.NormalizeAdjoint(t[1], t[2], t[3], into));
        }

        Check(x, rows, widths, (1, 1e-6), t => ReferenceTile.Normalize(t[1], t[2]), t => CudaTile.Normalize(t[1], t[2]));

        // What has few digits stands as it is in half the bits.
        x[3] = Numbers(rows, columns, (_, _) => Math.Round(Next() * 64) / 64);
        Check(x, rows, widths, (1, 1e-6), t => ReferenceTile.Normalize(t[1], t[3]), t => CudaTile.Normalize(t[1], t[3]), 3);
        Check(x, rows, widths, (0, 2e-6), t => ReferenceTile.RowDot(t[0], t[3], t[3], Into.Set), t => CudaTile.RowDot(t[0], t[3], t[3], Into.Set), 3);
        Check(x, rows, widths, (1, 1e-6), t => ReferenceTile.NormalizeAdjoint(t[1], t[2], t[3], Into.Set), t => CudaTile.NormalizeAdjoint(t[1], t[2], t[3], Into.Set), 3);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(48)]
    [InlineData(64)]
    public void Decays_pairs(int rows)
    {
        float[] decays = Decays(rows, 1, 0.5);
        float[][] x = [Numbers(rows, rows, (_, _) => Next()), Numbers(rows, rows, (_, _) => Next()), decays];
        int[] widths = [rows, rows, 1];
        foreach (Causal causal in new[] { Causal.Strict, Causal.Inclusive })
        {
            foreach (Into into in new[] { Into.Set, Into.Add, Into.Subtract })
            {
                Check(x, rows, widths, (0, 1e-6), t => ReferenceTile.Decay(t[0], t[1], t[2], t[2], causal, into), t => CudaTile.Decay(t[0], t[1], t[2], t[2], causal, into));
            }
        }
    }

    /// <summary>What passes keep of a column takes no more than its numbers, and nothing beyond them is written.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(32)]
    [InlineData(64)]
    public void Keeps_columns_number_after_number(int rows)
    {
        float[][] x = [new float[rows], Numbers(rows, 1, (_, _) => Next())];
        long taken = Padded.Elements(1, rows);
        float[] kept = new float[(2 * taken) + 16];
        Array.Fill(kept, float.NaN);
        fixed (float* memory = kept)
        {
            long address = (long)memory;
            Check(x, rows, [1, 1], (0, 0), t => ReferenceTile.Copy(t[0], t[1], Into.Set), t =>
            {
                long offset = 0;
                CudaTile exact = CudaTile.Between(new BetweenElements { Exact = 2 * taken }, _ => address).Exact, first = exact.TakeColumn(ref offset, rows), second = exact.TakeColumn(ref offset, rows);
                CudaTile.Copy(second, t[1], Into.Set);
                CudaTile.Synchronize();
                CudaTile.Copy(first, t[1], Into.Set);
                CudaTile.Synchronize();
                CudaTile.Fetch(t[0], second);
                CudaTile.Arrive();
            });
        }

        float[] column = [.. x[1], .. Enumerable.Repeat(float.NaN, (int)taken - rows)];
        Assert.Equal([.. column, .. column, .. Enumerable.Repeat(float.NaN, 16)], kept);
    }

    private static void Crossed<TTile, TNumber>(TTile[] t)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber> =>
        TTile.CrossedDecayedGrams(t[0], t[1], t[2], t[3], t[4], t[5], t[6], t[7], t[8], t[9], t[9], Causal.Inclusive);

    private static void Sum(Action<ReferenceTile, ReferenceTile, ReferenceTile, Into> product, ReferenceTile[] t, int result)
    {
        ReferenceTile.ScaleRows(t[result], t[1], t[2]);
        product(t[result], t[3], t[4], Into.Add);
    }

    /// <summary>Compares one of the tiles after an operation.</summary>
    private static void Check(float[][] x, int rows, int[] columns, (int Tile, double Tolerance) judged, Action<ReferenceTile[]> expected, Action<CudaTile[]> operation, params int[] factors)
    {
        double[][] exact = [.. x.Select(y => y.Select(z => (double)z).ToArray())];
        float[][] got = [.. x.Select(y => y.ToArray())];
        var pins = exact.Select(y => System.Runtime.InteropServices.GCHandle.Alloc(y, System.Runtime.InteropServices.GCHandleType.Pinned))
            .Concat(got.Select(y => System.Runtime.InteropServices.GCHandle.Alloc(y, System.Runtime.InteropServices.GCHandleType.Pinned))).ToArray();
        try
        {
            expected([.. exact.Select((_, i) => new ReferenceTile((double*)pins[i].AddrOfPinnedObject(), rows, columns[i], columns[i]))]);
            ThreadGroup.Run(CudaGroup.Threads, Elements, watched: true, () =>
            {
                long offset = 0;
                CudaTile scratch = CudaTile.ScratchOf(default, 0, Elements);
                CudaTile[] far = [.. got.Select((_, i) => CudaTile.Global(pins[got.Length + i].AddrOfPinnedObject(), rows, columns[i], columns[i], CudaElement.Float32))];
                CudaTile[] near = [.. far.Select((y, i) => factors.Contains(i) ? scratch.TakeFactor(ref offset, y.Rows, y.Columns) : scratch.Take(ref offset, y.Rows, y.Columns))];
                for (int i = 0; i < near.Length; i++)
                {
                    CudaTile.Copy(near[i], far[i], Into.Set);
                }

                CudaTile.Synchronize();
                operation(near);
                CudaTile.Synchronize();
                CudaTile.Copy(far[judged.Tile], near[judged.Tile], Into.Set);
            });
        }
        finally
        {
            Array.ForEach(pins, y => y.Free());
        }

        double error = exact[judged.Tile].Zip(got[judged.Tile]).Sum(y => (y.First - y.Second) * (y.First - y.Second)), norm = exact[judged.Tile].Sum(y => y * y);
        Assert.InRange(Math.Sqrt(error / Math.Max(norm, 1e-30)), 0, judged.Tolerance);
    }

    private static float[] Numbers(int rows, int columns, Func<int, int, double> next) => [.. Enumerable.Range(0, rows * columns).Select(x => (float)next(x / columns, x % columns))];

    private double Next() => (random.NextDouble() * 2) - 1;

    /// <summary>Sums of log decays, of which every fourth channel loses the most.</summary>
    private float[] Decays(int rows, int channels, double strength)
    {
        float[] decays = Numbers(rows, channels, (_, c) => -random.NextDouble() * (c % 4 == 0 ? strength : 0.3));
        for (int at = channels; at < decays.Length; at++)
        {
            decays[at] += decays[at - channels];
        }

        return decays;
    }
}
