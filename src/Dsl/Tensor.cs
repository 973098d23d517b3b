using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AttentionDsl;

/// <summary>Element types of a <see cref="Tensor"/>.</summary>
public enum DataType
{
    /// <summary>IEEE single precision.</summary>
    Float32,

    /// <summary>bfloat16: the upper half of a float32, rounded to nearest even.</summary>
    BFloat16,

    /// <summary>IEEE half precision.</summary>
    Float16,

    /// <summary>IEEE double precision (the oracle's results and test vectors).</summary>
    Float64,

    /// <summary>64-bit integers (offsets).</summary>
    Int64,
}

/// <summary>A dense row-major array in native memory, 64-byte aligned. Indices are 64-bit: more than 2^31 elements are fine.</summary>
public sealed unsafe class Tensor : IDisposable
{
    private void* data;

    /// <summary>Allocates a tensor of zeros.</summary>
    /// <param name="type">Element type.</param>
    /// <param name="shape">Lengths of the axes, outermost first.</param>
    public Tensor(DataType type, params ReadOnlySpan<long> shape)
    {
        long count = 1;
        foreach (long length in shape)
        {
            if (length < 0)
            {
                throw new ArgumentException($"A tensor cannot have the shape [{string.Join(", ", shape.ToArray())}]: give lengths that are not negative.", nameof(shape));
            }

            count = checked(count * length);
        }

        Type = type;
        Shape = [.. shape];
        Count = count;
        nuint bytes = (nuint)Math.Max(64, checked(count * SizeOf(type)));
        data = NativeMemory.AlignedAlloc(bytes, 64);
        NativeMemory.Clear(data, bytes);
    }

    /// <summary>Frees the memory of a tensor that nobody disposed.</summary>
    ~Tensor() => Free();

    /// <summary>Element type.</summary>
    public DataType Type { get; }

    /// <summary>Lengths of the axes, outermost first.</summary>
    public ImmutableArray<long> Shape { get; }

    /// <summary>Number of elements.</summary>
    public long Count { get; }

    /// <summary>Address of the first element.</summary>
    public void* Data => data != null ? data : throw new ObjectDisposedException(nameof(Tensor));

    /// <summary>Bytes of one element.</summary>
    public static int SizeOf(DataType type) => type switch
    {
        DataType.Float32 => 4,
        DataType.BFloat16 or DataType.Float16 => 2,
        _ => 8,
    };

    /// <summary>A float32 tensor with these numbers.</summary>
    public static Tensor From(ReadOnlySpan<float> values, params ReadOnlySpan<long> shape)
    {
        var tensor = new Tensor(DataType.Float32, shape);
        if (tensor.Count != values.Length)
        {
            throw new ArgumentException($"{values.Length} numbers do not fill the shape [{string.Join(", ", shape.ToArray())}], which has {tensor.Count} elements.", nameof(values));
        }

        values.CopyTo(tensor.AsSpan<float>());
        return tensor;
    }

    /// <summary>The elements as a span (at most 2^31 - 1 of them).</summary>
    /// <typeparam name="T">The type that matches <see cref="Type"/> in size: float, ushort (bfloat16), Half, double or long.</typeparam>
    public Span<T> AsSpan<T>()
        where T : unmanaged
    {
        if (Unsafe.SizeOf<T>() != SizeOf(Type))
        {
            throw new InvalidOperationException($"A tensor of {Type} cannot be read as {typeof(T).Name}.");
        }

        return new Span<T>(Data, checked((int)Count));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    /// <summary>Type and shape, such as <c>Float32 [2, 64, 4, 128]</c>.</summary>
    public override string ToString() => $"{Type} [{string.Join(", ", Shape)}]";

    private void Free()
    {
        NativeMemory.AlignedFree(data);
        data = null;
    }
}
