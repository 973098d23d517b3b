using AttentionDsl.Runtime;

namespace AttentionDsl.Device.Tests;

/// <summary>Random tiles for one operation, as numbers in padded rows; what stands in the padding is not a number.</summary>
internal sealed class TileCase
{
    private readonly Random random = new(11);

    public TileCase(TileOperation operation, int rows, int updates, int k, int v)
    {
        Operation = operation;
        int writes = rows * updates;
        (int, int)[] shapes = Shapes(operation, rows, writes, k, v);
        Shape = shapes;
        Numbers = [.. shapes.Select(x => Fill(x.Item1, x.Item2, () => (float)((random.NextDouble() * 2) - 1)))];
        if (Decays(operation) is (int e, int g))
        {
            // Falling sums of log decays; a row reads at the decay of its last write.
            float[] falling = Falling(writes, shapes[g].Item2);
            Numbers[g] = falling;
            Numbers[e] = Every(falling, shapes[e].Item1, writes / shapes[e].Item1, shapes[e].Item2);
        }
    }

    public TileOperation Operation { get; }

    public (int Rows, int Columns)[] Shape { get; }

    public float[][] Numbers { get; }

    public static int Padded(int columns) => (columns + 15) & ~15;

    /// <summary>The numbers of the tiles after the operation, by the oracle's tile.</summary>
    public unsafe double[][] Expected(Causal causal, Into into)
    {
        double[][] numbers = [.. Numbers.Select(x => x.Select(y => (double)y).ToArray())];
        var pins = numbers.Select(x => System.Runtime.InteropServices.GCHandle.Alloc(x, System.Runtime.InteropServices.GCHandleType.Pinned)).ToArray();
        try
        {
            TileOperations.Apply<ReferenceTile, F64>(
                Operation, Pack(i => new ReferenceTile((double*)pins[i].AddrOfPinnedObject(), Shape[i].Rows, Shape[i].Columns, Padded(Shape[i].Columns))), causal, into);
        }
        finally
        {
            Array.ForEach(pins, x => x.Free());
        }

        return numbers;
    }

    public Tiles<TTile> Pack<TTile>(Func<int, TTile> tile)
    {
        TTile At(int i) => i < Shape.Length ? tile(i) : tile(0);
        return new() { A = At(0), B = At(1), C = At(2), D = At(3), E = At(4), F = At(5), G = At(6), H = At(7), I = At(8) };
    }

    private static (int, int)[] Shapes(TileOperation operation, int m, int n, int k, int v) => operation switch
    {
        TileOperation.Clear or TileOperation.Identity => [(m, k)],
        TileOperation.Copy or TileOperation.CumulativeSum or TileOperation.ReverseCumulativeSum or TileOperation.Normalize => [(m, k), (m, k)],
        TileOperation.Transpose => [(k, m), (m, k)],
        TileOperation.Product or TileOperation.AddExactProduct => [(m, v), (m, k), (k, v)],
        TileOperation.TransposedProduct or TileOperation.AddExactTransposedProduct => [(k, v), (m, k), (m, v)],
        TileOperation.ProductTransposed => [(m, v), (m, k), (v, k)],
        TileOperation.AddScaledRows => [(m, k), (m, k), (m, 1)],
        TileOperation.Gram => [(m, n), (m, k), (n, k)],
        TileOperation.Decay => [(m, n), (m, n), (m, 1), (n, 1)],
        TileOperation.DecayAdjointParts => [(1, Runtime.Padded.Parts * m), (m, m), (m, k), (m, k)],
        TileOperation.RowDotParts => [(1, Runtime.Padded.Parts * m), (m, k), (m, k)],
        TileOperation.SumOfParts => [(m, 1), (1, Runtime.Padded.Parts * m)],
        TileOperation.DecayedGram => [(m, n), (m, k), (n, k), (m, k), (n, k)],
        TileOperation.DecayedGrams => [(m, n), (m, n), (m, k), (m, k), (n, k), (m, k), (n, k)],
        TileOperation.DecayedGramAdjoint => [(m, k), (n, k), (m, k), (n, k), (m, n), (m, k), (n, k), (m, k), (n, k)],
        TileOperation.DecayedProduct => [(m, v), (m, n), (n, v), (m, v), (n, v)],
        TileOperation.DecayedProductAdjoint => [(m, n), (n, v), (m, v), (n, v), (m, v), (m, n), (n, v), (m, v), (n, v)],
        TileOperation.SolveUnitLower or TileOperation.SolveUnitLowerTransposed => [(n, v), (n, n), (n, v)],
        TileOperation.InvertUnitLower => [(1, n * n), (n, n)],
        TileOperation.SolveByInverse or TileOperation.SolveByInverseTransposed => [(n, v), (1, n * n), (n, v)],
        TileOperation.DecayedSolve or TileOperation.DecayedSolveTransposed => [(n, v), (n, n), (n, v), (n, v)],
        TileOperation.DecayRows => [(k, v), (1, k)],
        TileOperation.DecayAndAdd => [(k, v), (1, k), (k, v)],
        TileOperation.RowSum => [(m, 1), (m, k)],
        TileOperation.RowDot => [(m, 1), (m, k), (m, k)],
        TileOperation.ColumnSum => [(1, k), (m, k)],
        TileOperation.Sum => [(1, 1), (m, k)],

        // A number by itself has nothing across: rounding is all that is left of it.
        TileOperation.NormalizeAdjoint => [(m, k + 1), (m, k + 1), (m, k + 1)],
        TileOperation.Repeat => [(n, k), (m, k)],
        TileOperation.RepeatAdjoint => [(m, k), (n, k)],
        _ => [(m, k), (1, k), (m, 1), (1, 1)],
    };

    private static (int E, int G)? Decays(TileOperation operation) => operation switch
    {
        TileOperation.Decay => (2, 3),
        TileOperation.DecayedGram or TileOperation.DecayedProduct => (3, 4),
        TileOperation.DecayedGrams => (5, 6),
        TileOperation.DecayedGramAdjoint or TileOperation.DecayedProductAdjoint => (7, 8),
        TileOperation.DecayedSolve or TileOperation.DecayedSolveTransposed => (3, 3),
        _ => null,
    };

    private float[] Fill(int rows, int columns, Func<float> next)
    {
        int stride = Padded(columns);
        var numbers = new float[rows * stride];
        Array.Fill(numbers, float.NaN);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                numbers[(i * stride) + j] = next();
            }
        }

        return numbers;
    }

    // From weak decays to such that the exponential of the sum alone would be no number.
    private float[] Falling(int rows, int columns)
    {
        int stride = Padded(columns);
        float[] numbers = Fill(rows, columns, () => (float)(-random.NextDouble() * (random.Next(4) == 0 ? 30 : 0.5)));
        for (int at = stride; at < numbers.Length; at++)
        {
            numbers[at] += numbers[at - stride];
        }

        return numbers;
    }

    private static float[] Every(float[] falling, int rows, int updates, int columns)
    {
        int stride = Padded(columns);
        var numbers = new float[rows * stride];
        for (int i = 0; i < rows; i++)
        {
            Array.Copy(falling, ((((i + 1) * updates) - 1) * stride), numbers, i * stride, stride);
        }

        return numbers;
    }
}
