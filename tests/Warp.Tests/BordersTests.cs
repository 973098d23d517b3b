using AttentionDsl.Runtime;

namespace AttentionDsl.Warp.Tests;

/// <summary>The states at the borders between segments, on the tile of CUDA cards: nearly single precision, since every border carries on the one before.</summary>
public class BordersTests
{
    [Theory]
    [InlineData(1, 16, false)]
    [InlineData(24, 40, false)]
    [InlineData(24, 40, true)]
    [InlineData(128, 16, true)]
    [InlineData(160, 16, false)]
    [InlineData(160, 16, true)]
    public unsafe void Are_nearly_exact(int k, int v, bool back)
    {
        const int Count = 3, Heads = 2, Head = 1, First = 1;
        var sizes = CudaTile.Sized(new Sizes { K = k, V = v, Chunk = 16, Updates = 1 });
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

    /// <summary>Where a segment only lets its state decay: a walk adds up what the segments before it hand on. In registers and in scratch, with a decay a row, one for all, or none.</summary>
    [Theory]
    [InlineData(32, 48, 32, false)]
    [InlineData(32, 48, 32, true)]
    [InlineData(160, 16, 160, true)]
    [InlineData(32, 16, 1, false)]
    [InlineData(32, 16, 1, true)]
    [InlineData(48, 32, 0, false)]
    [InlineData(48, 32, 0, true)]
    [InlineData(24, 40, 24, false)]
    [InlineData(24, 40, 1, true)]
    [InlineData(24, 40, 0, true)]
    public unsafe void Of_decays_are_added_up(int k, int v, int decays, bool back)
    {
        // Five borders of a sequence among others, of which the item's is the fourth on the way.
        const int Heads = 2, Head = 1, First = 1, Count = 4;
        var sizes = CudaTile.Sized(new Sizes { K = k, V = v, Chunk = 16, Updates = 1 });
        int column = v > 32 ? 32 : 0, columns = v - column, width = (v + 15) & ~15;
        long stretch = DiagonalBorders.Elements(sizes);
        var random = new Random(7);
        using Tensor memory = new(DataType.Float32, (First + Count + 1) * Heads * stretch), result = new(DataType.Float32, k * columns);
        for (long i = 0; i < memory.Count; i++)
        {
            memory[i] = -(float)random.NextDouble();
        }

        int at = back ? First : First + Count - 1, begin = back ? First + Count - 1 : First;
        var expected = new double[k, columns];
        for (int border = begin; ; border += back ? -1 : 1)
        {
            long here = ((border * Heads) + Head) * stretch, log = (((back ? border + 1 : border) * Heads) + Head) * stretch;
            for (int i = 0; i < k; i++)
            {
                double kept = decays == 0 ? 1 : Math.Exp(memory[log + (k * width) + (decays == 1 ? 0 : i)]);
                for (int j = 0; j < columns; j++)
                {
                    expected[i, j] = (border == begin ? 0 : kept * expected[i, j]) + memory[here + (i * width) + column + j];
                }
            }

            if (border == at)
            {
                break;
            }
        }

        var between = new Between<CudaTile> { Borders = CudaTile.Global((long)memory.Data, 1, int.MaxValue, 0, CudaElement.Float32) };
        var item = new Work { Heads = Heads, Head = Head, Border = at + 1, Borders = Count, Column = column, Columns = columns, StateIn = -1 };
        CudaTile to = CudaTile.Global((long)result.Data, k, columns, columns, CudaElement.Float32);
        long elements = Padded.Elements(k, columns, sizes) + (CudaTile.WorkspaceBytes / sizeof(float));
        ThreadGroup.Run(CudaGroup.Threads, elements, k == 160, () =>
        {
            long offset = 0;
            int strips = 0;
            CudaTile state = CudaTile.ScratchOf(default, 0, elements).TakeStrip(ref offset, ref strips, sizes, k, columns);
            DiagonalBorders.Load<CudaTile, CudaLanes>(state, default, between, sizes, item, -1, decays, back);
            CudaTile.Copy(to, state, Into.Set);
        });
        double error = 0, norm = 0;
        for (int i = 0; i < k; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                error += Math.Pow(expected[i, j] - result[(i * columns) + j], 2);
                norm += Math.Pow(expected[i, j], 2);
            }
        }

        Assert.InRange(Math.Sqrt(error / norm), 0, 1e-6);
    }
}
