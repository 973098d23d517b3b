namespace AttentionDsl.Runtime.Tests.Tiles;

/// <summary>Every tile operation of the host against the oracle's, over sizes around register and block borders.</summary>
public sealed class HostTileTests
{
    private const double Tolerance = 2e-6;

    private static readonly int[] Sizes = [1, 2, 15, 16, 17, 63, 65];
    private static readonly int[] Depths = [1, 3, 16, 31, 64, 130];
    private static readonly Into[] Intos = [Into.Set, Into.Add, Into.Subtract];
    private static readonly Causal[] Causals = [Causal.Inclusive, Causal.Strict];

    private readonly Random random = new(5);

    [Fact]
    public void Copies()
    {
        foreach ((int rows, int columns) in Shapes())
        {
            Judge.Agree(new Clear(), 0, Any(rows, columns));
            foreach (Into into in Intos)
            {
                Judge.Agree(new Copy(into), Tolerance, Any(rows, columns), Any(rows, columns));
                Judge.Agree(new Transpose(into), Tolerance, Any(rows, columns), Any(columns, rows));
            }
        }
    }

    [Fact]
    public void Products()
    {
        foreach ((int rows, int columns) in Shapes())
        {
            int depth = Depths[random.Next(Depths.Length)];
            foreach (Into into in Intos)
            {
                Judge.Agree(new Product(into), Tolerance, Any(rows, columns), Any(rows, depth), Any(depth, columns));
                Judge.Agree(new TransposedProduct(into), Tolerance, Any(rows, columns), Any(depth, rows), Any(depth, columns));
                Judge.Agree(new ProductTransposed(into), Tolerance, Any(rows, columns), Any(rows, depth), Any(columns, depth));
            }
        }
    }

    [Fact]
    public void GramsAndTheirScalarDecay()
    {
        foreach ((int rows, int updates) in Chunks())
        {
            int depth = Depths[random.Next(Depths.Length)], columns = rows * updates;
            foreach (Causal causal in Causals)
            {
                (Matrix e, Matrix g) = Decays(rows, updates, 1, causal);
                foreach (Into into in Intos)
                {
                    Judge.Agree(new Gram(causal, into), Tolerance, Any(rows, columns), Any(rows, depth), Any(columns, depth));
                    Judge.Agree(new Decay(causal, into), Tolerance, Any(rows, columns), Any(rows, columns), e, g);
                }

                Judge.Agree(new DecayInPlace(causal), Tolerance, Any(rows, columns), e, g);
            }
        }
    }

    [Fact]
    public void DecayedGrams()
    {
        foreach ((int rows, int updates) in Chunks())
        {
            int depth = Depths[random.Next(Depths.Length)], columns = rows * updates;
            foreach (Causal causal in Causals)
            {
                (Matrix e, Matrix g) = Decays(rows, updates, depth, causal);
                Matrix l = Any(rows, depth), r = Any(columns, depth);
                Judge.Agree(new DecayedGram(causal), Tolerance, Any(rows, columns), l, r, e, g);
                Judge.Agree(new DecayedGrams(causal), Tolerance, Any(rows, columns), Any(rows, columns), l, Any(rows, depth), r, e, g);
                Judge.Agree(
                    new DecayedGramAdjoint(causal), Tolerance, Any(rows, depth), Any(columns, depth), Any(rows, depth), Any(columns, depth), Any(rows, columns), l, r, e, g);
                if (updates == 1)
                {
                    Judge.Agree(new DecayedGram(causal), Tolerance, Any(rows, rows), l, r, g, g);
                    Judge.Agree(new DecayedGramsOfOne(causal), Tolerance, Any(rows, rows), Any(rows, rows), l, Any(rows, depth), r, g);
                    Judge.Agree(
                        new DecayedGramAdjointOfOne(causal), Tolerance, Any(rows, depth), Any(rows, depth), Any(rows, depth), Any(rows, rows), l, r, g);
                    var own = new Random(rows);
                    Matrix Own(int height, int width) => Matrix.Random(own, height, width);
                    Judge.Agree(
                        new DecayedGramsAdjoint(causal), Tolerance, Own(rows, depth), Own(rows, depth), Own(rows, depth), Own(rows, depth), Own(rows, rows), Own(rows, rows), l, Own(rows, depth), r, g);
                }
            }
        }
    }

    [Fact]
    public void DecayedProducts()
    {
        foreach ((int rows, int updates) in Chunks())
        {
            int width = Depths[random.Next(Depths.Length)], columns = rows * updates;
            foreach (Causal causal in Causals)
            {
                (Matrix e, Matrix g) = Decays(rows, updates, width, causal);
                Matrix p = Any(rows, columns), x = Any(columns, width);
                foreach (Into into in Intos)
                {
                    Judge.Agree(new DecayedProduct(causal, into), Tolerance, Any(rows, width), p, x, e, g);
                }

                Judge.Agree(
                    new DecayedProductAdjoint(causal), Tolerance, Any(rows, columns), Any(columns, width), Any(rows, width), Any(columns, width), Any(rows, width), p, x, e, g);
                if (updates == 1)
                {
                    Judge.Agree(
                        new DecayedProductAdjointOfOne(causal), Tolerance, Any(rows, rows), Any(rows, width), Any(rows, width), Any(rows, width), p, x, g);
                }
            }
        }
    }

    [Fact]
    public void Solves()
    {
        foreach ((int rows, int columns) in Shapes().Concat([(4, 64), (16, 64), (32, 128), (64, 192)]))
        {
            Matrix l = Matrix.StrictlyLower(random, rows), g = Matrix.Decays(random, rows, columns);
            Judge.Agree(new SolveUnitLower(), Tolerance, Any(rows, columns), l, Any(rows, columns));
            Judge.Agree(new SolveUnitLowerInPlace(), Tolerance, Any(rows, columns), l);
            Judge.Agree(new SolveUnitLowerTransposed(), Tolerance, Any(rows, columns), l, Any(rows, columns));
            Judge.Agree(new SolveUnitLowerTransposedInPlace(), Tolerance, Any(rows, columns), l);
            Judge.Agree(new SolveByInverse(), Tolerance, Any(rows, columns), Any(1, rows * rows), l, Any(rows, columns));
            Judge.Agree(new SolveByInverseInPlace(), Tolerance, Any(rows, columns), Any(1, rows * rows), l);
            Judge.Agree(new SolveByInverseTransposed(), Tolerance, Any(rows, columns), Any(1, rows * rows), l, Any(rows, columns));
            Judge.Agree(new SolveByInverseTransposedInPlace(), Tolerance, Any(rows, columns), Any(1, rows * rows), l);
            Judge.Agree(new DecayedSolve(), Tolerance, Any(rows, columns), l, Any(rows, columns), g);
            Judge.Agree(new DecayedSolveInPlace(), Tolerance, Any(rows, columns), l, g);
            Judge.Agree(new DecayedSolveTransposed(), Tolerance, Any(rows, columns), l, Any(rows, columns), g);
        }
    }

    [Fact]
    public void WalksOverTheState()
    {
        foreach ((int rows, int columns) in Shapes())
        {
            Judge.Agree(new DecayAndWrite(), Tolerance, Any(rows, columns), Any(1, rows), Any(17, rows), Any(17, columns));
            Judge.Agree(new DecayAndWriteTo(), Tolerance, Any(rows, columns), Any(rows, columns), Any(1, rows), Any(17, rows), Any(17, columns));
            Judge.Agree(new DecayRows(), Tolerance, Any(rows, columns), Any(1, rows));
            Judge.Agree(new DecayRows(), Tolerance, Any(rows, columns), Any(1, 1));
            Judge.Agree(new DecayAndAdd(), Tolerance, Any(rows, columns), Any(1, rows), Any(rows, columns));
            Judge.Agree(new DecayAndAdd(), Tolerance, Any(rows, columns), Any(1, 1), Any(rows, columns));
            Judge.Agree(new WriteAndRead(), Tolerance, Any(rows, columns), Any(1, columns), Any(rows, columns), Any(1, rows), Any(1, columns), Any(1, rows));
            Judge.Agree(new DecayWriteAndRead(), Tolerance, Any(rows, columns), Any(1, columns), Any(rows, columns), Any(1, rows), Any(1, rows), Any(1, columns), Any(1, rows));
            Judge.Agree(
                new DecayWritesAndRead(),
                Tolerance,
                [Any(rows, columns), Any(1, columns), Any(rows, columns), Any(1, rows), Any(1, rows), Any(1, columns), Any(1, rows), Any(1, columns), Any(1, rows)]);
            Judge.Agree(new DecayWriteAndReadInPlace(), Tolerance, Any(rows, columns), Any(1, columns), Any(1, 1), Any(1, rows), Any(1, columns), Any(1, rows));
            Judge.Agree(new WriteAndReadInPlace(), Tolerance, Any(rows, columns), Any(1, columns), Any(1, rows), Any(1, columns), Any(1, rows));
        }
    }

    [Fact]
    public void Sums()
    {
        foreach ((int rows, int columns) in Shapes())
        {
            Judge.Agree(new CumulativeSum(), Tolerance, Any(rows, columns), Any(rows, columns));
            foreach (Into into in Intos)
            {
                Judge.Agree(new ReverseCumulativeSum(into), Tolerance, Any(rows, columns), Any(rows, columns));
                Judge.Agree(new RowSum(into), Tolerance, Any(rows, 1), Positive(rows, columns));
                Judge.Agree(new RowDot(into), Tolerance, Any(rows, 1), Positive(rows, columns), Positive(rows, columns));
                Judge.Agree(new ColumnSum(into), Tolerance, Any(1, columns), Positive(rows, columns));
                Judge.Agree(new Sum(into), Tolerance, Any(1, 1), Positive(rows, columns));
            }
        }
    }

    [Fact]
    public void NormalizedAndRepeatedRows()
    {
        foreach ((int rows, int columns) in Shapes())
        {
            Judge.Agree(new Normalize(), Tolerance, Any(rows, columns), Any(rows, columns));

            // Not near zero: what is across a short row is the difference of two numbers that its length has made large. A number by itself has nothing across: that is added to something.
            foreach (Into into in Intos.Where(x => columns > 1 || x != Into.Set))
            {
                Judge.Agree(new NormalizeAdjoint(into), Tolerance, Any(rows, columns), Any(rows, columns), Positive(rows, columns, 0.5f));
            }

            Judge.Agree(new Repeat(), 0, Any(3 * rows, columns), Any(rows, columns));
            Judge.Agree(new RepeatAdjoint(), Tolerance, Any(rows, columns), Any(3 * rows, columns));
        }
    }

    [Fact]
    public void ElementwiseLoops()
    {
        foreach ((int rows, int columns) in Shapes())
        {
            Judge.Agree(new AddScaledRows(), Tolerance, Any(rows, columns), Any(rows, columns), Any(rows, 1));
            Judge.Agree(new Elementwise(), Tolerance, Any(rows, columns), Any(rows, columns), Any(1, columns), Any(rows, 1));
        }
    }

    private static IEnumerable<(int Rows, int Columns)> Shapes() => Sizes.SelectMany(_ => Sizes, (rows, columns) => (rows, columns));

    private static IEnumerable<(int Rows, int Updates)> Chunks() => Sizes.SelectMany(_ => new[] { 1, 2, 3 }, (rows, updates) => (rows, updates));

    private Matrix Any(int rows, int columns) => Matrix.Random(random, rows, columns);

    private Matrix Positive(int rows, int columns, float from = 0)
    {
        Matrix matrix = Any(rows, columns);
        for (int i = 0; i < matrix.Values.Length; i++)
        {
            matrix.Values[i] = from + MathF.Abs(matrix.Values[i]);
        }

        return matrix;
    }

    /// <summary>Decays of n updates a token, and those that a row reads at: after its own updates, or before them.</summary>
    private (Matrix Rows, Matrix Columns) Decays(int rows, int updates, int width, Causal causal)
    {
        Matrix columns = Matrix.Decays(random, rows * updates, width);
        return (columns.Every(updates, causal == Causal.Inclusive ? updates - 1 : -1), columns);
    }
}
