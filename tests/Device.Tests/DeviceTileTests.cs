using AttentionDsl.Runtime;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace AttentionDsl.Device.Tests;

/// <summary>Every operation of the device tile against the oracle's, on the simulator, with groups of several sizes.</summary>
public sealed class DeviceTileTests : IDisposable
{
    private readonly Simulator simulator = new();

    public static TheoryData<TileOperation> Operations => [.. Enum.GetValues<TileOperation>()];

    [Theory]
    [MemberData(nameof(Operations))]
    public void Equals_the_oracle(TileOperation operation)
    {
        foreach ((int rows, int updates, int k, int v) in new[] { (1, 1, 1, 1), (17, 1, 19, 5), (5, 2, 3, 33) })
        {
            foreach ((Causal causal, Into into) in new[] { (Causal.Inclusive, Into.Set), (Causal.Strict, Into.Add), (Causal.Inclusive, Into.Subtract) })
            {
                Compare(new TileCase(operation, rows, updates, k, v), causal, into);
            }
        }
    }

    [Theory]
    [InlineData(TileOperation.Decay)]
    [InlineData(TileOperation.SolveUnitLower)]
    [InlineData(TileOperation.SolveUnitLowerTransposed)]
    [InlineData(TileOperation.SolveByInverse)]
    [InlineData(TileOperation.SolveByInverseTransposed)]
    public void Result_may_be_the_argument(TileOperation operation)
    {
        var tiles = new TileCase(operation, 9, 1, 7, 7);
        int argument = operation == TileOperation.Decay ? 1 : 2;
        double[] expected = tiles.Expected(Causal.Inclusive, Into.Set)[0];
        float[] got = simulator.Run(tiles, Causal.Inclusive, Into.Set, 7, x => operation == TileOperation.Decay ? x with { A = x.B } : x with { A = x.C })[argument];
        Near(expected, got, tiles.Shape[0], "");
    }

    public void Dispose() => simulator.Dispose();

    private void Compare(TileCase tiles, Causal causal, Into into)
    {
        double[][] expected = tiles.Expected(causal, into);
        foreach (int threads in new[] { 1, 7 })
        {
            float[][] got = simulator.Run(tiles, causal, into, threads, x => x);
            for (int i = 0; i < expected.Length; i++)
            {
                Near(expected[i], got[i], tiles.Shape[i], $"{tiles.Operation}, tile {i}, {causal}, {into}, {threads} threads");
            }
        }
    }

    private static void Near(double[] expected, float[] got, (int Rows, int Columns) shape, string what)
    {
        int stride = TileCase.Padded(shape.Columns);
        double error = 0, norm = 0;
        for (int i = 0; i < shape.Rows; i++)
        {
            for (int j = 0; j < shape.Columns; j++)
            {
                double x = expected[(i * stride) + j];
                error += (x - got[(i * stride) + j]) * (x - got[(i * stride) + j]);
                norm += x * x;
            }
        }

        Assert.True(error <= 1e-10 * norm, $"{what}: relative error {Math.Sqrt(error / norm):e2}, expected at most 1e-5");
    }

    /// <summary>The simulator with up to 7 threads a group.</summary>
    private sealed class Simulator : IDisposable
    {
        private readonly Context context = Accelerators.Create(x => x.CPU(Accelerators.Simulated(7)));
        private readonly Accelerator accelerator;
        private readonly Action<KernelConfig, Tiles<DeviceTile>, TileOperation, Causal, Into> kernel;

        public Simulator()
        {
            accelerator = context.CreateCPUAccelerator(0);
            kernel = accelerator.LoadStreamKernel<Tiles<DeviceTile>, TileOperation, Causal, Into>(Apply);
        }

        public float[][] Run(TileCase tiles, Causal causal, Into into, int threads, Func<Tiles<DeviceTile>, Tiles<DeviceTile>> change)
        {
            var buffers = tiles.Numbers.Select(x => accelerator.Allocate1D(x)).ToArray();
            try
            {
                DeviceTile Tile(int i) => new(buffers[i].View.AsContiguous(), 0, tiles.Shape[i].Rows, tiles.Shape[i].Columns, TileCase.Padded(tiles.Shape[i].Columns));
                kernel(new KernelConfig(1, threads), change(tiles.Pack(Tile)), tiles.Operation, causal, into);
                accelerator.Synchronize();
                return [.. buffers.Select(x => x.GetAsArray1D())];
            }
            finally
            {
                Array.ForEach(buffers, x => x.Dispose());
            }
        }

        private static void Apply(Tiles<DeviceTile> tiles, TileOperation operation, Causal causal, Into into) =>
            TileOperations.Apply<DeviceTile, F32>(operation, tiles, causal, into);

        public void Dispose()
        {
            accelerator.Dispose();
            context.Dispose();
        }
    }
}
