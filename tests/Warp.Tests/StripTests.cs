using System.Runtime.InteropServices;
using AttentionDsl.Runtime;

namespace AttentionDsl.Warp.Tests;

/// <summary>
/// What operations do with tiles in registers, one by one, against the oracle's tile. A group here has two warps, so a strip at most 32 columns;
/// <c>-p:Warps=8</c> builds a card's.
/// </summary>
public sealed unsafe class StripTests
{
    private const long Elements = 48 << 10;

    private readonly Random random = new(7);

    // Where a tile stands.
    private enum Kind
    {
        Exact,
        Factor,
        Rooms,
        Strip,
        FactorStrip,
    }

    /// <summary>Sizes of strips of a chunk, or of a state: of some of a group's warps and of all of them.</summary>
    public static TheoryData<int, int> Shapes
    {
        get
        {
            var shapes = new TheoryData<int, int>();
            foreach (int columns in new[] { 16, 32, 64, 128 }.Where(x => x <= CudaGroup.Threads / 2))
            {
                foreach (int rows in new[] { 16, 32, 48, 64, 128 })
                {
                    shapes.Add(rows, columns);
                }
            }

            return shapes;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Sums_rows(int rows, int columns)
    {
        float[][] x = [Any(rows, 1), Any(rows, columns), Any(rows, columns), new float[Padded.Parts * rows]];
        int[] widths = [1, columns, columns, Padded.Parts * rows];
        foreach (Into into in new[] { Into.Set, Into.Add, Into.Subtract })
        {
            foreach (Kind strip in new[] { Kind.Strip, Kind.FactorStrip, Kind.Exact })
            {
                foreach (Kind other in Enum.GetValues<Kind>())
                {
                    Check(x, rows, widths, 0, 2e-6, [Kind.Exact, strip, other, Kind.Exact], t => ReferenceTile.RowDot(t[0], t[1], t[2], into), t => Dots(t[0], t[1], t[2], t[3], into));
                    Check(x, rows, widths, 0, 2e-6, [Kind.Exact, other, strip, Kind.Exact], t => ReferenceTile.RowDot(t[0], t[1], t[2], into), t => Dots(t[0], t[1], t[2], t[3], into));
                }
            }
        }

        static void Dots(CudaTile sum, CudaTile a, CudaTile b, CudaTile parts, Into into)
        {
            CudaTile.RowDotParts(parts, a, b);
            CudaTile.Synchronize();
            CudaTile.SumOfParts(sum, parts, into);
        }
    }

    [Theory]
    [InlineData(16, 64)]
    [InlineData(24, 20)]
    [InlineData(32, 128)]
    [InlineData(48, 64)]
    [InlineData(64, 48)]
    [InlineData(80, 32)]
    public void Sums_pairs_that_decay(int rows, int columns)
    {
        float[][] x = [Any(rows, 1), Any(rows, rows), Any(rows, columns), Any(rows, columns), new float[Padded.Parts * rows]];
        int[] widths = [1, rows, columns, columns, Padded.Parts * rows];
        foreach (Kind pairs in new[] { Kind.Exact, Kind.Factor })
        {
            foreach (Kind factor in new[] { Kind.Exact, Kind.Factor, Kind.Rooms })
            {
                Check(
                    x, rows, widths, 0, 2e-6, [Kind.Exact, pairs, factor, factor == Kind.Rooms ? factor : Kind.Factor, Kind.Exact],
                    t =>
                    {
                        ReferenceTile.DecayAdjointParts(t[4], t[1], t[2], t[3]);
                        ReferenceTile.SumOfParts(t[0], t[4], Into.Add);
                    },
                    t =>
                    {
                        CudaTile.DecayAdjointParts(t[4], t[1], t[2], t[3]);
                        CudaTile.Synchronize();
                        CudaTile.SumOfParts(t[0], t[4], Into.Add);
                    });
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Adds_scaled_rows(int rows, int columns)
    {
        float[][] x = [Any(rows, columns), Any(rows, columns), Any(rows, 1)];
        int[] widths = [columns, columns, 1];
        foreach ((Kind result, Kind added) in Enum.GetValues<Kind>().Select(y => (Kind.Strip, y)).Concat([(Kind.FactorStrip, Kind.Strip), (Kind.Exact, Kind.Strip), (Kind.Exact, Kind.FactorStrip)]))
        {
            Check(
                x, rows, widths, 0, result == Kind.FactorStrip ? 5e-3 : 1e-6, [result, added, Kind.Exact],
                t => ReferenceTile.AddScaledRows(t[0], t[1], t[2]), t => CudaTile.AddScaledRows(t[0], t[1], t[2]));
        }
    }

    /// <summary>Systems whose inverse stands in blocks, and of 48 rows, where it stands row by row.</summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void Solves_systems(int rows, int columns)
    {
        if (rows > 64)
        {
            return;
        }

        float[][] x = [Any(rows, columns), Lower(rows), Any(rows, columns)];
        int[] widths = [columns, rows, columns];
        foreach ((Kind result, Kind right) in new[]
        {
            (Kind.Strip, Kind.Strip), (Kind.Strip, Kind.FactorStrip), (Kind.FactorStrip, Kind.FactorStrip), (Kind.FactorStrip, Kind.Strip),
            (Kind.Strip, Kind.Factor), (Kind.Strip, Kind.Exact), (Kind.Strip, Kind.Rooms),
        })
        {
            Kind[] kinds = [result, Kind.Exact, right];
            double tolerance = Tolerance(result);
            Check(x, rows, widths, 0, tolerance, kinds, t => ReferenceTile.SolveUnitLower(t[0], t[1], t[2]), t => CudaTile.SolveUnitLower(t[0], t[1], t[2]));
            Check(x, rows, widths, 0, tolerance, kinds, t => ReferenceTile.SolveUnitLowerTransposed(t[0], t[1], t[2]), t => CudaTile.SolveUnitLowerTransposed(t[0], t[1], t[2]));
            if (right is Kind.Strip or Kind.FactorStrip)
            {
                Check(x, rows, widths, 2, Tolerance(right), kinds, t => ReferenceTile.SolveUnitLower(t[2], t[1], t[2]), t => CudaTile.SolveUnitLower(t[2], t[1], t[2]));
                Check(x, rows, widths, 2, Tolerance(right), kinds, t => ReferenceTile.SolveUnitLowerTransposed(t[2], t[1], t[2]), t => CudaTile.SolveUnitLowerTransposed(t[2], t[1], t[2]));
            }
        }
    }

    /// <summary>Systems whose matrix was inverted earlier, by this pass or by another.</summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void Solves_by_inverses(int rows, int columns)
    {
        if (rows > 64)
        {
            return;
        }

        float[][] x = [Any(rows, columns), Lower(rows, float.NaN), Any(rows, columns)];
        int[] widths = [columns, rows, columns];
        foreach (Inverses.Way way in Enum.GetValues<Inverses.Way>())
        {
            foreach ((Kind result, Kind right) in new[]
            {
                (Kind.Strip, Kind.Strip), (Kind.Strip, Kind.FactorStrip), (Kind.FactorStrip, Kind.FactorStrip), (Kind.FactorStrip, Kind.Strip),
                (Kind.Strip, Kind.Factor), (Kind.Strip, Kind.Exact), (Kind.Strip, Kind.Rooms),
            })
            {
                Kind[] kinds = [result, Kind.Exact, right];
                Solve(result, 0, 2, kinds, way);
                if (right is Kind.Strip or Kind.FactorStrip)
                {
                    Solve(right, 2, 2, kinds, way);
                }
            }
        }

        void Solve(Kind kind, int to, int from, Kind[] kinds, Inverses.Way way)
        {
            using var inverse = new Inverses(way, rows);
            Check(x, rows, widths, to, Tolerance(kind), kinds, t => ReferenceTile.SolveUnitLower(t[to], t[1], t[from]), t => CudaTile.SolveByInverse(t[to], inverse.Of(t[1]), t[from]));
            Check(
                x, rows, widths, to, Tolerance(kind), kinds, t => ReferenceTile.SolveUnitLowerTransposed(t[to], t[1], t[from]),
                t => CudaTile.SolveByInverseTransposed(t[to], inverse.Of(t[1]), t[from]));
        }
    }

    /// <summary>Sums of begun products are there once they are awaited; those of later ones need not be. Meanwhile other strips change.</summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void Begins_products(int rows, int columns)
    {
        float[][] x = [Any(rows, columns), Any(rows, columns), Any(rows, rows), Any(rows, columns), Any(rows, columns), Any(rows, 1), Any(1, rows)];
        int[] widths = [columns, columns, rows, columns, columns, 1, rows];
        foreach (Kind left in new[] { Kind.Rooms, Kind.Factor })
        {
            for (int judged = 0; judged < 3; judged++)
            {
                int tile = judged == 2 ? 4 : judged;
                Check(
                    x, rows, widths, tile, 2e-6, [Kind.Strip, Kind.Strip, left, Kind.FactorStrip, Kind.Strip, Kind.Exact, Kind.Exact],
                    t =>
                    {
                        ReferenceTile.Product(t[0], t[2], t[3], Into.Subtract);
                        ReferenceTile.TransposedProduct(t[1], t[2], t[3], Into.Set);
                        ReferenceTile.DecayRows(t[4], t[6]);
                        ReferenceTile.ScaleRows(t[0], t[0], t[5]);
                        ReferenceTile.Product(t[1], t[2], t[3], Into.Add);
                    },
                    t =>
                    {
                        CudaTile.BeginProduct(t[0], t[2], t[3], Into.Subtract);
                        CudaTile.BeginTransposedProduct(t[1], t[2], t[3], Into.Set);
                        CudaTile.DecayRows(t[4], t[6]);
                        CudaTile.AwaitProducts(columns, 1);
                        CudaTile.ScaleRows(t[0], t[0], t[5]);
                        CudaTile.BeginProduct(t[1], t[2], t[3], Into.Add);
                        CudaTile.AwaitProducts(columns, 0);
                    });
            }
        }
    }

    private static double Tolerance(Kind kind) => kind is Kind.Exact or Kind.Strip ? 3e-5 : 5e-3;

    private float[] Lower(int rows, float above = 0) => [.. Enumerable.Range(0, rows * rows).Select(x => x % rows < x / rows ? random.NextSingle() - 0.5f : above)];

    /// <summary>Compares one of the tiles after an operation, of which the others may wait for each other or not.</summary>
    private static void Check(float[][] x, int rows, int[] columns, int judged, double tolerance, Kind[] kinds, Action<ReferenceTile[]> expected, Action<CudaTile[]> operation)
    {
        double[][] exact = [.. x.Select(y => y.Select(z => (double)z).ToArray())];
        float[][] got = [.. x.Select(y => y.ToArray())];
        var pins = exact.Cast<object>().Concat(got).Select(y => GCHandle.Alloc(y, GCHandleType.Pinned)).ToArray();
        try
        {
            expected([.. exact.Select((_, i) => new ReferenceTile((double*)pins[i].AddrOfPinnedObject(), x[i].Length / columns[i], columns[i], columns[i]))]);
            ThreadGroup.Run(
                CudaGroup.Threads,
                Elements,
                watched: true,
                () =>
                {
                    long offset = 0;
                    int strips = 0;
                    Sizes sizes = CudaTile.Sized(new Sizes { Chunk = 16, K = 16, V = 16 });
                    CudaTile scratch = CudaTile.ScratchOf(default, 0, Elements);
                    CudaTile[] far = [.. got.Select((y, i) => CudaTile.Global(pins[got.Length + i].AddrOfPinnedObject(), y.Length / columns[i], columns[i], columns[i], CudaElement.Float32))];
                    CudaTile[] near = new CudaTile[x.Length];
                    foreach (int i in Enumerable.Range(0, x.Length).OrderByDescending(i => kinds[i] == Kind.Rooms))
                    {
                        near[i] = Take(scratch, ref offset, ref strips, sizes, kinds[i], far[i].Rows, columns[i]);
                        CudaTile.Copy(near[i], far[i], Into.Set);
                    }

                    CudaTile.Synchronize();
                    operation(near);
                    CudaTile.Synchronize();
                    CudaTile.Copy(far[judged], near[judged], Into.Set);
                },
                multiplies: true);
        }
        finally
        {
            Array.ForEach(pins, y => y.Free());
        }

        double error = exact[judged].Zip(got[judged]).Sum(y => (y.First - y.Second) * (y.First - y.Second)), norm = exact[judged].Sum(y => y * y);
        Assert.InRange(Math.Sqrt(error / Math.Max(norm, 1e-30)), 0, tolerance);
    }

    private static CudaTile Take(CudaTile scratch, ref long offset, ref int strips, Sizes sizes, Kind kind, int rows, int columns) => kind switch
    {
        Kind.Factor => scratch.TakeFactor(ref offset, rows, columns),
        Kind.Rooms => scratch.TakeFactorRooms(ref offset, sizes, rows, columns),
        Kind.Strip => scratch.TakeStrip(ref offset, ref strips, sizes, rows, columns),
        Kind.FactorStrip => scratch.TakeFactorStrip(ref offset, ref strips, sizes, rows, columns),
        _ => scratch.Take(ref offset, rows, columns),
    };

    // What bfloat16 holds.
    private float[] Any(int rows, int columns) => [.. Enumerable.Range(0, rows * columns).Select(_ => MathF.Round(((random.NextSingle() * 2) - 1) * 64) / 64)];
}
