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
    private static long live;

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
        Interlocked.Increment(ref live);
        NativeMemory.Clear(data, bytes);
    }

    /// <summary>Frees the memory of a tensor that nobody disposed.</summary>
    ~Tensor() => Free();

    /// <summary>Number of tensors that hold memory: what is leaked shows here.</summary>
    internal static long Live => Interlocked.Read(ref live);

    /// <summary>Element type.</summary>
    public DataType Type { get; }

    /// <summary>Lengths of the axes, outermost first.</summary>
    public ImmutableArray<long> Shape { get; }

    /// <summary>Number of elements.</summary>
    public long Count { get; }

    /// <summary>Address of the first element.</summary>
    public void* Data => data != null ? data : throw new ObjectDisposedException(nameof(Tensor));

    /// <summary>True once the memory was freed: <see cref="Data"/> throws then.</summary>
    public bool IsDisposed => data == null;

    /// <summary>Bytes of one element.</summary>
    public static int SizeOf(DataType type) => type switch
    {
        DataType.Float32 => 4,
        DataType.BFloat16 or DataType.Float16 => 2,
        _ => 8,
    };

    /// <summary>A float32 tensor with these numbers.</summary>
    /// <param name="values">The numbers, in row-major order.</param>
    /// <param name="shape">Lengths of the axes, outermost first.</param>
    /// <exception cref="ArgumentException">The numbers do not fill the shape exactly.</exception>
    public static Tensor From(ReadOnlySpan<float> values, params ReadOnlySpan<long> shape)
    {
        RequireCount(values.Length, shape);
        var tensor = new Tensor(DataType.Float32, shape);
        values.CopyTo(tensor.AsSpan<float>());
        return tensor;
    }

    /// <summary>A float64 tensor with these numbers.</summary>
    /// <param name="values">The numbers, in row-major order.</param>
    /// <param name="shape">Lengths of the axes, outermost first.</param>
    /// <exception cref="ArgumentException">The numbers do not fill the shape exactly.</exception>
    public static Tensor From(ReadOnlySpan<double> values, params ReadOnlySpan<long> shape)
    {
        RequireCount(values.Length, shape);
        var tensor = new Tensor(DataType.Float64, shape);
        values.CopyTo(tensor.AsSpan<double>());
        return tensor;
    }

    /// <summary>A copy with the same type and shape.</summary>
    public Tensor Clone() => Reshape(Shape.AsSpan());

    /// <summary>A copy with another shape of as many elements.</summary>
    /// <param name="shape">Lengths of the axes, outermost first.</param>
    /// <exception cref="ArgumentException">The shape has another number of elements.</exception>
    public Tensor Reshape(params ReadOnlySpan<long> shape)
    {
        RequireCount(Count, shape);
        var copy = new Tensor(Type, shape);
        Buffer.MemoryCopy(Data, copy.Data, Count * SizeOf(Type), Count * SizeOf(Type));
        GC.KeepAlive(this);
        return copy;
    }

    /// <summary>A copy in another type. Every number is rounded once, to nearest even; bfloat16 and float16 overflow to infinity.</summary>
    /// <param name="type">The type of the copy.</param>
    /// <exception cref="OverflowException">A number does not fit <see cref="DataType.Int64"/>.</exception>
    public Tensor Cast(DataType type)
    {
        if (type == Type)
        {
            return Clone();
        }

        var copy = new Tensor(type, Shape.AsSpan());
        try
        {
            CopyTo(copy);
            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    /// <summary>Copies all elements into a tensor of as many elements, whatever its shape, rounding to its type as <see cref="Cast"/> does.</summary>
    /// <param name="destination">Where the elements go.</param>
    /// <exception cref="ArgumentException">The destination has another number of elements.</exception>
    /// <exception cref="OverflowException">A number does not fit <see cref="DataType.Int64"/>.</exception>
    public void CopyTo(Tensor destination)
    {
        if (destination.Count != Count)
        {
            throw new ArgumentException($"{this} has {Count} elements, which do not fill {destination}: give a destination of as many elements.", nameof(destination));
        }

        if (destination.Type == Type)
        {
            Buffer.MemoryCopy(Data, destination.Data, Count * SizeOf(Type), Count * SizeOf(Type));
        }
        else
        {
            Elements.Convert(Data, Type, destination.Data, destination.Type, Count);
        }

        GC.KeepAlive(this);
        GC.KeepAlive(destination);
    }

    /// <summary>A copy in single precision.</summary>
    public Tensor ToFloat32() => Cast(DataType.Float32);

    /// <summary>A copy in double precision.</summary>
    public Tensor ToFloat64() => Cast(DataType.Float64);

    /// <summary>One element by its row-major index, whatever the type: slow, for tests and reports.</summary>
    /// <param name="index">The index, from 0 to <see cref="Count"/> - 1.</param>
    public double this[long index]
    {
        get
        {
            RequireIndex(index);
            double value;
            Elements.Convert((byte*)Data + (index * SizeOf(Type)), Type, &value, DataType.Float64, 1);
            GC.KeepAlive(this);
            return value;
        }

        set
        {
            RequireIndex(index);
            Elements.Convert(&value, DataType.Float64, (byte*)Data + (index * SizeOf(Type)), Type, 1);
            GC.KeepAlive(this);
        }
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

    private static void RequireCount(long count, ReadOnlySpan<long> shape)
    {
        long wanted = 1;
        foreach (long length in shape)
        {
            wanted = checked(wanted * length);
        }

        if (wanted != count)
        {
            throw new ArgumentException($"{count} numbers do not fill the shape [{string.Join(", ", shape.ToArray())}], which has {wanted} elements.", nameof(shape));
        }
    }

    private void RequireIndex(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
    }

    private void Free()
    {
        if (data != null)
        {
            NativeMemory.AlignedFree(data);
            Interlocked.Decrement(ref live);
            data = null;
        }
    }
}
