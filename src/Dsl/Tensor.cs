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

/// <summary>
/// A dense row-major array in native memory, 64-byte aligned, or in the memory of a device. Indices are 64-bit: more than 2^31 elements are fine.
/// </summary>
/// <remarks>
/// A tensor on a device (<c>ToDevice</c> makes one, and so does a call whose inputs are there) has no elements that the host could read:
/// <see cref="Data"/>, <see cref="AsSpan{T}"/> and the indexer throw. <see cref="ToHost"/> and <see cref="CopyTo"/> bring them.
/// </remarks>
public sealed unsafe class Tensor : IDisposable
{
    // So many that their bytes can be counted, whatever the type.
    private const long MostElements = long.MaxValue / sizeof(double);

    private static long live;

    private void* data;
    private DeviceStorage? device;

    /// <summary>Allocates a tensor of zeros.</summary>
    /// <param name="type">Element type.</param>
    /// <param name="shape">Lengths of the axes, outermost first.</param>
    /// <exception cref="ArgumentException">A length is negative, or there would be more elements than can be counted.</exception>
    public Tensor(DataType type, params ReadOnlySpan<long> shape)
    {
        Type = type;
        Shape = [.. shape];
        Count = CountOf(shape);
        nuint bytes = (nuint)Math.Max(64, Bytes);
        data = HostMemory.Allocate(bytes);
        Interlocked.Increment(ref live);
        NativeMemory.Clear(data, bytes);
    }

    /// <summary>A tensor of zeros on a device.</summary>
    /// <param name="allocate">Gives zeros of so many bytes.</param>
    /// <param name="type">Element type.</param>
    /// <param name="shape">Lengths of the axes, outermost first.</param>
    internal Tensor(Func<long, DeviceStorage> allocate, DataType type, params ReadOnlySpan<long> shape)
    {
        if (type is not (DataType.Float32 or DataType.BFloat16 or DataType.Float16))
        {
            throw new ArgumentException($"Devices have Float32, BFloat16 and Float16 tensors, not {type}: convert it with Cast(DataType.Float32) first.", nameof(type));
        }

        Type = type;
        Shape = [.. shape];
        Count = CountOf(shape);
        device = allocate(Bytes);
        Interlocked.Increment(ref live);
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
    /// <exception cref="InvalidOperationException">The tensor is on a device.</exception>
    public void* Data => data != null ? data
        : device is null ? throw new ObjectDisposedException(nameof(Tensor))
        : throw new InvalidOperationException($"{this} has no elements on the host: copy it with ToHost(), or into a tensor of the host with CopyTo.");

    /// <summary>True once the memory was freed: <see cref="Data"/> throws then.</summary>
    public bool IsDisposed => data == null && device is null;

    /// <summary>True if the elements are in the memory of a device.</summary>
    public bool IsOnDevice => device is not null;

    /// <summary>The elements on a device; null: they are on the host.</summary>
    internal DeviceStorage? Device => device;

    /// <summary>Bytes of all elements.</summary>
    internal long Bytes => Count * SizeOf(Type);

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
        Tensor copy = Like(this, Type, shape);
        Copy(this, 0, copy, 0, Bytes);
        return copy;
    }

    /// <summary>A copy on the host.</summary>
    public Tensor ToHost()
    {
        var copy = new Tensor(Type, Shape.AsSpan());
        Copy(this, 0, copy, 0, Bytes);
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

        Tensor copy = Like(this, type, Shape.AsSpan());
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

    /// <summary>
    /// Copies all elements into a tensor of as many elements, whatever its shape, rounding to its type as <see cref="Cast"/> does: also from
    /// the host to a device and back.
    /// </summary>
    /// <param name="destination">Where the elements go.</param>
    /// <exception cref="ArgumentException">The destination has another number of elements, or the two are on different devices.</exception>
    /// <exception cref="OverflowException">A number does not fit <see cref="DataType.Int64"/>.</exception>
    public void CopyTo(Tensor destination)
    {
        if (destination.Count != Count)
        {
            throw new ArgumentException($"{this} has {Count} elements, which do not fill {destination}: give a destination of as many elements.", nameof(destination));
        }

        if (destination.Type == Type)
        {
            Copy(this, 0, destination, 0, Bytes);
        }
        else if (device is null && destination.device is null)
        {
            Elements.Convert(Data, Type, destination.Data, destination.Type, Count);
        }
        else if (device is not null && destination.device is not null)
        {
            RequireBeside(destination);
            device.ConvertTo(destination.device, Type, destination.Type, Count);
        }
        else
        {
            // The host rounds: it does so on both ways, whatever the device.
            using Tensor here = device is null ? Cast(destination.Type) : ToHost();
            here.CopyTo(destination);
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

    /// <summary>Type and shape, such as <c>Float32 [2, 64, 4, 128]</c>; of a tensor on a device also where it is.</summary>
    public override string ToString() => $"{Type} [{string.Join(", ", Shape)}]{(device is null ? "" : $" on {device.Place}")}";

    /// <summary>A tensor of zeros where another one is; null: on the host.</summary>
    internal static Tensor Like(Tensor? place, DataType type, params ReadOnlySpan<long> shape) =>
        place?.device is { } device ? new(device.Allocate, type, shape) : new(type, shape);

    /// <summary>Copies bytes between tensors, wherever they are.</summary>
    internal static void Copy(Tensor from, long at, Tensor to, long toAt, long bytes)
    {
        switch (from.device, to.device)
        {
            case (null, null): Buffer.MemoryCopy((byte*)from.Data + at, (byte*)to.Data + toAt, bytes, bytes); break;
            case (null, { } there): there.Upload((byte*)from.Data + at, toAt, bytes); break;
            case ({ } there, null): there.Download((byte*)to.Data + toAt, at, bytes); break;
            case ({ } there, { } other): from.RequireBeside(to); there.CopyTo(other, at, toAt, bytes); break;
        }

        GC.KeepAlive(from);
        GC.KeepAlive(to);
    }

    private static long CountOf(ReadOnlySpan<long> shape)
    {
        long count = 1;
        foreach (long length in shape)
        {
            if (length < 0)
            {
                throw new ArgumentException($"A tensor cannot have the shape [{string.Join(", ", shape.ToArray())}]: give lengths that are not negative.", nameof(shape));
            }

            if (length != 0 && count > MostElements / length)
            {
                throw new ArgumentException($"A tensor cannot have the shape [{string.Join(", ", shape.ToArray())}]: it would have more than {MostElements} elements.", nameof(shape));
            }

            count *= length;
        }

        return count;
    }

    private void RequireBeside(Tensor destination)
    {
        if (!device!.Beside(destination.device!))
        {
            throw new ArgumentException($"{this} does not go to {destination.device!.Place} directly: copy it with ToHost() first.", nameof(destination));
        }
    }

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
        if (IsDisposed)
        {
            return;
        }

        NativeMemory.AlignedFree(data);
        data = null;
        device?.Free();
        device = null;
        Interlocked.Decrement(ref live);
    }
}
