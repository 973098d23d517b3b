using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>Rows: what comes from the caller, what goes there, and sums.</content>
public readonly partial struct CudaStepTile
{
    private const float NormEpsilon = 1e-6f;

    /// <inheritdoc/>
    public static void FetchNarrow(CudaStepTile result, CudaStepTile x) => Fetch(result, x);

    /// <inheritdoc/>
    public static void Widen(CudaStepTile result, CudaStepTile x)
    {
    }

    /// <inheritdoc/>
    /// <remarks>Neither branch nor barrier: the loads of all rows of a token are under way before the first is stored.</remarks>
    public static void Fetch(CudaStepTile result, CudaStepTile x)
    {
        if (result.Rows == 1)
        {
            // Threads beyond the last column, and those of further rows, store the same once more.
            int j = Math.Max(Math.Min(result.FirstColumn, result.Columns - 4), 0);
            result.Store(0, j, result.Columns == 1 ? CudaQuad.All(x.LoadFar(0)) : x.LoadFar4(j));
        }
        else
        {
            FetchState(result, x);
        }
    }

    /// <inheritdoc/>
    public static void Copy(CudaStepTile result, CudaStepTile x, Into into)
    {
        int j = result.FirstColumn;
        for (int i = result.FirstRow; result.HasRow(i) && result.HasColumn(j); i++)
        {
            CudaQuad value = x.Load(i, j);
            if (result.Far)
            {
                result.StoreFar4(i, j, value);
            }
            else
            {
                result.Put(i, j, value, into);
            }

            if (result.RowsInOneTurn)
            {
                break;
            }
        }
    }

    /// <inheritdoc/>
    public static void Normalize(CudaStepTile result, CudaStepTile x)
    {
        int j = x.FirstColumn;
        for (int i = 0; i < x.Rows; i++)
        {
            // Of a row narrower than the warp, every group of threads that share it has the whole sum.
            CudaQuad value = x.Part(i, j);
            CudaQuad scale = CudaQuad.All(Ptx.InverseRoot(x.SumOfRow((value * value).Sum) + NormEpsilon));
            if (x.Leads)
            {
                result.Store(i, j, value * scale);
            }
        }
    }

    /// <inheritdoc/>
    public static void RowSum(CudaStepTile result, CudaStepTile x, Into into)
    {
        for (int i = 0; i < x.Rows; i++)
        {
            CudaQuad all = CudaQuad.All(x.SumOfRow(x.Part(i, x.FirstColumn).Sum));
            if (result.Leads)
            {
                result.Put(i, 0, all, into);
            }
        }
    }

    /// <inheritdoc/>
    public static void RowDot(CudaStepTile result, CudaStepTile a, CudaStepTile b, Into into)
    {
        for (int i = 0; i < a.Rows; i++)
        {
            CudaQuad all = CudaQuad.All(a.SumOfRow((a.Part(i, a.FirstColumn) * b.Part(i, b.FirstColumn)).Sum));
            if (result.Leads)
            {
                result.Put(i, 0, all, into);
            }
        }
    }

    /// <summary>A number of a tensor's row.</summary>
    private float LoadFar(int j) => element == (int)CudaElement.Float32 ? Ptx.LoadFar(FarAt(0, j))
        : element == (int)CudaElement.BFloat16 ? Interop.IntAsFloat(Ptx.LoadHalfBits(FarAt(0, j)) << 16)
        : Ptx.Float16ToFloat(Ptx.LoadHalfBits(FarAt(0, j)));

    /// <summary>Four numbers of a tensor's row.</summary>
    private CudaQuad LoadFar4(int j) => element == (int)CudaElement.Float32 ? Ptx.LoadFar4(FarAt(0, j))
        : element == (int)CudaElement.BFloat16 ? Ptx.LoadFarBFloats4(FarAt(0, j))
        : Ptx.LoadFarHalves4(FarAt(0, j));

    /// <summary>Writes four numbers of a tensor.</summary>
    private void StoreFar4(int i, int j, CudaQuad value)
    {
        if (element == (int)CudaElement.Float32)
        {
            Ptx.StoreFar4(FarAt(i, j), value.X, value.Y, value.Z, value.W);
        }
        else if (element == (int)CudaElement.BFloat16)
        {
            Ptx.StoreFarBFloats4(FarAt(i, j), value.X, value.Y, value.Z, value.W);
        }
        else
        {
            Ptx.StoreFarHalves4(FarAt(i, j), value.X, value.Y, value.Z, value.W);
        }
    }

    /// <summary>This thread's part of a row; zeros beyond its columns.</summary>
    private CudaQuad Part(int i, int j) => HasColumn(j) ? Load(i, j) : CudaQuad.All(0);

    /// <summary>The sum over the threads that share a row.</summary>
    private float SumOfRow(float x)
    {
        x += Share > 4 ? Ptx.Across(x, 16) : 0;
        x += Share > 3 ? Ptx.Across(x, 8) : 0;
        x += Share > 2 ? Ptx.Across(x, 4) : 0;
        x += Share > 1 ? Ptx.Across(x, 2) : 0;
        x += Share > 0 ? Ptx.Across(x, 1) : 0;
        return x;
    }
}
