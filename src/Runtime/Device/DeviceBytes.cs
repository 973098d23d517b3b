using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace AttentionDsl.Runtime;

/// <summary>The elements of a tensor in a device's memory.</summary>
internal sealed unsafe class DeviceBytes : DeviceStorage
{
    private readonly DeviceEngine engine;
    private readonly DeviceBlock block;
    private readonly long bytes;

    /// <summary>Zeros.</summary>
    public DeviceBytes(DeviceEngine engine, long bytes)
    {
        this.engine = engine;
        this.bytes = bytes;
        block = Queue.Pool.Take(bytes);
        if (bytes > 0)
        {
            using DeviceQueue.Turn turn = Queue.Take();
            View.MemSetToZero(Queue.Stream);
        }
    }

    public DeviceEngine Engine => engine;

    public override string Place => engine.Name;

    public ArrayView<byte> View => block.View.SubView(0, bytes);

    private DeviceQueue Queue => engine.Queue;

    public override DeviceStorage Allocate(long bytes) => new DeviceBytes(engine, bytes);

    public override bool Beside(DeviceStorage other) => ReferenceEquals(((DeviceBytes)other).engine, engine);

    public override void Upload(void* from, long at, long bytes)
    {
        if (bytes > 0)
        {
            using DeviceQueue.Turn turn = Queue.Take();
            View.SubView(at, bytes).CopyFromCPU(Queue.Stream, ref Unsafe.AsRef<byte>(from), bytes);

            // The driver may read the host's memory later; who called is free to change it at once.
            Queue.Stream.Synchronize();
        }
    }

    public override void Download(void* to, long at, long bytes)
    {
        if (bytes > 0)
        {
            using DeviceQueue.Turn turn = Queue.Take();
            View.SubView(at, bytes).CopyToCPU(Queue.Stream, ref Unsafe.AsRef<byte>(to), bytes);
            Queue.Stream.Synchronize();
        }
    }

    public override void CopyTo(DeviceStorage to, long at, long toAt, long bytes)
    {
        if (bytes > 0)
        {
            using DeviceQueue.Turn turn = Queue.Take();
            View.SubView(at, bytes).CopyTo(Queue.Stream, ((DeviceBytes)to).View.SubView(toAt, bytes));
        }
    }

    public override void ConvertTo(DeviceStorage to, DataType type, DataType toType, long count) =>
        Queue.Loops.Convert(View, type, ((DeviceBytes)to).View, toType, count);

    public override void Free() => block.Dispose();
}
