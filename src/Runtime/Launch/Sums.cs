namespace AttentionDsl.Runtime;

/// <summary>Sums gradients over what shared a number, always in the same order: the same call gives the same bits.</summary>
internal static unsafe class Sums
{
    /// <summary>result[row, j, c] = sum over the value heads i that head j serves of x[row, i, c].</summary>
    /// <param name="x">[rows, heads, width]; overwritten.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="heads">Value heads.</param>
    /// <param name="width">Channels of a head.</param>
    /// <param name="result">[rows, own heads, width] in any type; may be x itself where heads are not shared.</param>
    /// <param name="own">Heads of the result; divides the value heads.</param>
    public static void OverGroups(Tensor x, long rows, int heads, int width, Tensor result, int own)
    {
        if (ReferenceEquals(x, result))
        {
            return;
        }

        if (own == heads)
        {
            x.CopyTo(result);
            return;
        }

        if (x.Device is DeviceBytes there)
        {
            there.Engine.Queue.Loops.OverGroups(there.View, rows, heads, width, ((DeviceBytes)result.Device!).View, result.Type, own);
            return;
        }

        if (x.Type == DataType.Float64)
        {
            Compact((double*)x.Data, rows, heads, width, own);
        }
        else
        {
            Compact((float*)x.Data, rows, heads, width, own);
        }

        Prefix(x, result);
    }

    /// <summary>result[j, c] = sum over rows, in double precision, and over the value heads that head j serves of x[row, i, c].</summary>
    public static void OverRows(Tensor x, long rows, int heads, int width, Tensor result, int own)
    {
        if (x.Device is DeviceBytes there)
        {
            there.Engine.Queue.Loops.OverRows(there.View, rows, heads, width, ((DeviceBytes)result.Device!).View, own);
            return;
        }

        int group = heads / own;
        for (int j = 0; j < own; j++)
        {
            for (int c = 0; c < width; c++)
            {
                double sum = 0;
                for (long n = 0; n < rows; n++)
                {
                    for (int i = 0; i < group; i++)
                    {
                        long at = (((n * heads) + (j * (long)group) + i) * width) + c;
                        sum += x.Type == DataType.Float64 ? ((double*)x.Data)[at] : ((float*)x.Data)[at];
                    }
                }

                result[((long)j * width) + c] = sum;
            }
        }

        GC.KeepAlive(x);
    }

    // In place: a sum is written where, or before, its first term was read.
    private static void Compact<T>(T* x, long rows, int heads, int width, int own)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        int group = heads / own;
        T* to = x;
        for (long row = 0; row < rows * own; row++)
        {
            T* from = x + (row * group * width);
            for (int c = 0; c < width; c++)
            {
                T sum = from[c];
                for (int i = 1; i < group; i++)
                {
                    sum += from[((long)i * width) + c];
                }

                *to++ = sum;
            }
        }
    }

    private static void Prefix(Tensor x, Tensor result)
    {
        Elements.Convert(x.Data, x.Type, result.Data, result.Type, result.Count);
        GC.KeepAlive(x);
        GC.KeepAlive(result);
    }
}
