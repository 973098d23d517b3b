using System.Runtime.InteropServices;

namespace AttentionDsl.Runtime.Tests.Tiles;

/// <summary>Runs an operation on the host's tiles and on the oracle's, and compares every tile afterwards.</summary>
internal static unsafe class Judge
{
    private const int Guard = 64;
    private const float Sentinel = 12345;

    /// <summary>Relative rms errors of every operand; numbers that are infinite or NaN on one side only are errors without bound.</summary>
    public static void Agree(Block block, double tolerance, params Matrix[] operands)
    {
        float[][] host = [.. operands.Select(OnHost)];
        double[][] reference = [.. operands.Select(OnReference)];
        var memory = new List<nint>();
        try
        {
            var hostTiles = new HostTile[operands.Length];
            var referenceTiles = new ReferenceTile[operands.Length];
            for (int i = 0; i < operands.Length; i++)
            {
                int stride = Stride(operands[i]);
                hostTiles[i] = new HostTile(Native<float>(host[i], memory), operands[i].Rows, operands[i].Columns, stride);
                referenceTiles[i] = new ReferenceTile(Native<double>(reference[i], memory), operands[i].Rows, operands[i].Columns, stride);
            }

            block.Run<HostTile, HostLanes>(hostTiles);
            block.Run<ReferenceTile, F64>(referenceTiles);
            for (int i = 0; i < operands.Length; i++)
            {
                new ReadOnlySpan<float>((void*)memory[2 * i], host[i].Length).CopyTo(host[i]);
                new ReadOnlySpan<double>((void*)memory[(2 * i) + 1], reference[i].Length).CopyTo(reference[i]);
                Compare(block, i, operands[i], host[i], reference[i], tolerance);
            }
        }
        finally
        {
            memory.ForEach(x => NativeMemory.AlignedFree((void*)x));
        }
    }

    private static void Compare(Block block, int operand, Matrix shape, float[] host, double[] reference, double tolerance)
    {
        string what = $"{block}, operand {operand} ({shape.Rows} x {shape.Columns})";
        double difference = 0, norm = 0;
        for (int i = 0; i < shape.Rows; i++)
        {
            for (int j = 0; j < shape.Columns; j++)
            {
                double actual = host[(i * Stride(shape)) + j], expected = reference[(i * Stride(shape)) + j];
                Assert.True(double.IsNaN(actual) == double.IsNaN(expected), $"{what} at ({i}, {j}): {actual}, the oracle has {expected}");
                if (!double.IsNaN(expected))
                {
                    difference += (actual - expected) * (actual - expected);
                    norm += expected * expected;
                }
            }
        }

        // A few numbers may all be sums that cancelled: their errors are those of their terms, which are of size 1.
        double size = Math.Max(Math.Sqrt(norm), shape.Values.Length < 16 ? 1 : 0);
        Assert.True(Math.Sqrt(difference) <= tolerance * size, $"{what}: relative error {Math.Sqrt(difference / norm):g3}, allowed {tolerance:g3}");
        Assert.All(host[^Guard..], x => Assert.Equal(Sentinel, x));
    }

    private static int Stride(Matrix matrix) => (matrix.Columns + 15) & ~15;

    // What stands beyond a row's columns is no value: NaN there must not reach a result.
    private static float[] OnHost(Matrix matrix)
    {
        int stride = Stride(matrix);
        float[] padded = new float[(matrix.Rows * stride) + Guard];
        Array.Fill(padded, float.NaN);
        for (int i = 0; i < matrix.Rows; i++)
        {
            Array.Copy(matrix.Values, i * matrix.Columns, padded, i * stride, matrix.Columns);
        }

        Array.Fill(padded, Sentinel, matrix.Rows * stride, Guard);
        return padded;
    }

    private static double[] OnReference(Matrix matrix) => [.. OnHost(matrix).Select(x => (double)x)];

    private static T* Native<T>(T[] values, List<nint> memory)
        where T : unmanaged
    {
        T* native = (T*)NativeMemory.AlignedAlloc((nuint)(values.Length * sizeof(T)), 64);
        memory.Add((nint)native);
        values.CopyTo(new Span<T>(native, values.Length));
        return native;
    }
}
