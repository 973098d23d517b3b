using AttentionDsl.Runtime;

namespace AttentionDsl.Warp.Tests;

/// <summary>The states at the borders between segments, on the tile of CUDA cards: nearly single precision, since every border carries on the one before.</summary>
public class BordersTests
{
    [Theory]
    [InlineData(1, 16, false)]
    [InlineData(24, 40, false)]
    [InlineData(24, 40, true)]
    [InlineData(160, 16, false)]
    [InlineData(160, 16, true)]
    public unsafe void Are_nearly_exact(int k, int v, bool back)
    {
        const int Count = 3, Heads = 2, Head = 1, First = 1;
        var sizes = new Sizes { K = k, V = v, Chunk = 16, Updates = 1, RowPadding = CudaTile.RowPadding };
        long stretch = Borders.Elements(sizes);
        int width = (v + 15) & ~15, depth = (k + 15) & ~15;
        var random = new Random(5);
        using var memory = new Tensor(DataType.Float32, (First + Count) * Heads * stretch);
        for (long i = 0; i < memory.Count; i++)
        {
            memory[i] = ((float)random.NextDouble() - 0.5f) / MathF.Sqrt(k);
        }

        long At(int border) => (((First + border) * Heads) + Head) * stretch;
        double[][,] expected = [.. Enumerable.Range(0, Count).Select(_ => new double[k, v])];
        foreach (int border in back ? Enumerable.Range(0, Count).Reverse() : Enumerable.Range(0, Count))
        {
            int next = back ? border + 1 : border - 1;
            for (int i = 0; i < k; i++)
            {
                for (int j = 0; j < v; j++)
                {
                    expected[border][i, j] = memory[At(border) + (i * width) + j];
                    for (int d = 0; next is >= 0 and < Count && d < k; d++)
                    {
                        long at = At(back ? next : border) + (k * width);
                        expected[border][i, j] += memory[at + (back ? (d * depth) + i : (i * depth) + d)] * expected[next][d, j];
                    }
                }
            }
        }

        var between = new Between<CudaTile> { Borders = CudaTile.Global((long)memory.Data, 1, int.MaxValue, 0, CudaElement.Float32) };
        var item = new Work { Heads = Heads, Head = Head, Border = First + 1, Length = Count, Columns = v };
        long elements = Borders.Scratch(sizes) + (CudaTile.WorkspaceBytes / sizeof(float));
        ThreadGroup.Run(CudaGroup.Threads, elements, k == 160, () => Borders.Compose<CudaTile, CudaLanes>(between, sizes, item, CudaTile.ScratchOf(default, 0, elements), back));
        double error = 0, norm = 0;
        for (int border = 0; border < Count; border++)
        {
            for (int i = 0; i < k; i++)
            {
                for (int j = 0; j < v; j++)
                {
                    error += Math.Pow(expected[border][i, j] - memory[At(border) + (i * width) + j], 2);
                    norm += Math.Pow(expected[border][i, j], 2);
                }
            }
        }

        Assert.InRange(Math.Sqrt(error / norm), 0, 1e-5);
    }
}
