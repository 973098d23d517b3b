using System.Runtime.CompilerServices;

namespace AttentionDsl.Runtime;

/// <content>Sums along rows: a warp takes four rows at a time, so that their loads and their sums over the warp overlap.</content>
public readonly partial struct CudaTile
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void RowDot(CudaTile result, CudaTile a, CudaTile b, Into into)
    {
        for (int i = Warp << 2; i < a.Rows; i += Warps << 2)
        {
            int second = Clamped(i + 1, a.Rows), third = Clamped(i + 2, a.Rows), fourth = Clamped(i + 3, a.Rows);
            CudaQuad sums = CudaQuad.All(0);
            for (int j = Lane << 2; j < a.Columns; j += 128)
            {
                sums += new CudaQuad(
                    a.Inside(a.Four(i, j) * b.Four(i, j), j).Sum,
                    a.Inside(a.Four(second, j) * b.Four(second, j), j).Sum,
                    a.Inside(a.Four(third, j) * b.Four(third, j), j).Sum,
                    a.Inside(a.Four(fourth, j) * b.Four(fourth, j), j).Sum);
            }

            PutRows(result, SumsOfWarp(sums), i, into);
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void RowSum(CudaTile result, CudaTile x, Into into)
    {
        for (int i = Warp << 2; i < x.Rows; i += Warps << 2)
        {
            int second = Clamped(i + 1, x.Rows), third = Clamped(i + 2, x.Rows), fourth = Clamped(i + 3, x.Rows);
            CudaQuad sums = CudaQuad.All(0);
            for (int j = Lane << 2; j < x.Columns; j += 128)
            {
                sums += new CudaQuad(x.Within(i, j).Sum, x.Within(second, j).Sum, x.Within(third, j).Sum, x.Within(fourth, j).Sum);
            }

            PutRows(result, SumsOfWarp(sums), i, into);
        }

        Synchronize();
    }

    private static int Clamped(int i, int rows) => i < rows ? i : rows - 1;

    private static CudaQuad SumsOfWarp(CudaQuad x) => new(Ptx.SumOfWarp(x.X), Ptx.SumOfWarp(x.Y), Ptx.SumOfWarp(x.Z), Ptx.SumOfWarp(x.W));

    /// <summary>Four lanes store a row's number each.</summary>
    private static void PutRows(CudaTile result, CudaQuad x, int i, Into into)
    {
        int row = i + Lane;
        if (Lane < 4 && row < result.Rows)
        {
            float value = Lane == 0 ? x.X : Lane == 1 ? x.Y : Lane == 2 ? x.Z : x.W;
            result.Put(row, 0, value, into);
        }
    }
}
