namespace AttentionDsl.Runtime;

/// <content>Rows: what comes from the caller, what goes there, and sums.</content>
public readonly partial struct CudaStepTile
{
    private const float NormEpsilon = 1e-6f;

    /// <inheritdoc/>
    /// <remarks>Neither branch nor barrier: the loads of all rows of a token are under way before the first is stored.</remarks>
    public static void Fetch(CudaStepTile result, CudaStepTile x)
    {
        if (result.Rows == 1)
        {
            // Threads beyond the last column, and those of further rows, store the same once more.
            int j = result.FirstColumn, last = result.Columns - 4;
            j = j < last ? j : last;
            j = j > 0 ? j : 0;
            CudaQuad value = Ptx.LoadRow(x.FarAt(0, j), x.element, result.Columns == 1 ? 1 : 0);
            result.Store(0, j, value);
        }
        else
        {
            FetchState(result, x);
        }
    }

    /// <inheritdoc/>
    public static void Copy(CudaStepTile result, CudaStepTile x, Into into)
    {
        for (int i = result.FirstRow; i < result.Rows; i += result.RowStep)
        {
            for (int j = result.FirstColumn; j < result.Columns; j += result.ColumnStep)
            {
                CudaQuad value = x.Load(i, j);
                if (result.Far)
                {
                    Ptx.StoreRow(result.FarAt(i, j), result.element, value.X, value.Y, value.Z, value.W);
                }
                else
                {
                    result.Put(i, j, value, into);
                }
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    public static void Normalize(CudaStepTile result, CudaStepTile x)
    {
        for (int i = 0; i < x.Rows; i++)
        {
            // Of a row narrower than the warp, every group of threads that share it has the whole sum.
            float squares = 0;
            for (int j = x.FirstColumn; j < x.Columns; j += x.ColumnStep)
            {
                CudaQuad value = x.Load(i, j);
                squares += (value * value).Sum;
            }

            CudaQuad scale = CudaQuad.All(1 / MathF.Sqrt(SumOfRow(squares, x.share) + NormEpsilon));
            for (int j = x.FirstColumn; j < x.Columns && x.Leads; j += x.ColumnStep)
            {
                result.Store(i, j, x.Load(i, j) * scale);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    public static void RowSum(CudaStepTile result, CudaStepTile x, Into into)
    {
        for (int i = 0; i < x.Rows; i++)
        {
            float sum = 0;
            for (int j = x.FirstColumn; j < x.Columns; j += x.ColumnStep)
            {
                sum += x.Load(i, j).Sum;
            }

            CudaQuad all = CudaQuad.All(SumOfRow(sum, x.share));
            if (result.Leads)
            {
                result.Put(i, 0, all, into);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    public static void RowDot(CudaStepTile result, CudaStepTile a, CudaStepTile b, Into into)
    {
        for (int i = 0; i < a.Rows; i++)
        {
            float sum = 0;
            for (int j = a.FirstColumn; j < a.Columns; j += a.ColumnStep)
            {
                sum += (a.Load(i, j) * b.Load(i, j)).Sum;
            }

            CudaQuad all = CudaQuad.All(SumOfRow(sum, a.share));
            if (result.Leads)
            {
                result.Put(i, 0, all, into);
            }
        }

        Synchronize();
    }

    /// <summary>The sum over the 2^<paramref name="share"/> threads that share a row.</summary>
    private static float SumOfRow(float x, int share)
    {
        for (int distance = (1 << share) >> 1; distance > 0; distance >>= 1)
        {
            x += Ptx.Across(x, distance);
        }

        return x;
    }
}
