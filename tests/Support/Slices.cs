using AttentionDsl.Runtime;

namespace AttentionDsl.Tests;

/// <summary>Parts of tensors, copied.</summary>
internal static class Slices
{
    /// <summary>Tokens [from, to) of a tensor [B, T * n, ...].</summary>
    public static Tensor Tokens(Tensor x, long from, long to, long tokens)
    {
        long updates = tokens == 0 ? 1 : x.Shape[1] / tokens;
        (long first, long count) = (from * updates, (to - from) * updates);
        long width = Width(x, 2);
        var slice = new Tensor(x.Type, [x.Shape[0], count, .. x.Shape.AsSpan()[2..]]);
        for (long b = 0; b < x.Shape[0]; b++)
        {
            Copy(x, ((b * x.Shape[1]) + first) * width, slice, b * count * width, count * width);
        }

        return slice;
    }

    /// <summary>Two tensors [B, T, ...] one after the other along T.</summary>
    public static Tensor Concatenate(Tensor x, Tensor y)
    {
        long width = Width(x, 2);
        var whole = new Tensor(x.Type, [x.Shape[0], x.Shape[1] + y.Shape[1], .. x.Shape.AsSpan()[2..]]);
        for (long b = 0; b < x.Shape[0]; b++)
        {
            Copy(x, b * x.Shape[1] * width, whole, b * whole.Shape[1] * width, x.Shape[1] * width);
            Copy(y, b * y.Shape[1] * width, whole, ((b * whole.Shape[1]) + x.Shape[1]) * width, y.Shape[1] * width);
        }

        return whole;
    }

    /// <summary>Entries of the first axis in another order; an entry may be left out or come twice.</summary>
    public static Tensor Entries(Tensor x, params ReadOnlySpan<int> order)
    {
        long width = Width(x, 1);
        var result = new Tensor(x.Type, [order.Length, .. x.Shape.AsSpan()[1..]]);
        for (int i = 0; i < order.Length; i++)
        {
            Copy(x, order[i] * width, result, i * width, width);
        }

        return result;
    }

    /// <summary>True if two tensors have the same type, shape and bits.</summary>
    public static bool SameBits(Tensor x, Tensor y) => x.Type == y.Type && x.Shape.AsSpan().SequenceEqual(y.Shape.AsSpan()) && Bytes(x).SequenceEqual(Bytes(y));

    private static long Width(Tensor x, int axis)
    {
        long width = 1;
        foreach (long length in x.Shape.AsSpan()[axis..])
        {
            width *= length;
        }

        return width;
    }

    private static unsafe ReadOnlySpan<byte> Bytes(Tensor x) => new(x.Data, checked((int)(x.Count * Tensor.SizeOf(x.Type))));

    private static unsafe void Copy(Tensor from, long start, Tensor to, long at, long count)
    {
        long size = Tensor.SizeOf(from.Type);
        Buffer.MemoryCopy((byte*)from.Data + (start * size), (byte*)to.Data + (at * size), count * size, count * size);
        GC.KeepAlive(from);
        GC.KeepAlive(to);
    }
}
