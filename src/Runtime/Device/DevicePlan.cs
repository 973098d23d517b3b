using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace AttentionDsl.Runtime;

/// <summary>A kernel of a call on a device.</summary>
/// <param name="Kernel">Which.</param>
/// <param name="Launch">Launches it.</param>
internal readonly record struct DeviceStep(KernelKind Kernel, Action Launch);

/// <summary>
/// A call on a device: its items are there from the beginning, its kernels are bound to tensors and to stretches of the workspace. Tensors of the host
/// are copied there and back by every run; without any, a run only queues the kernels.
/// </summary>
internal sealed unsafe class DevicePlan : IPlan
{
    private readonly DeviceQueue queue;
    private readonly string name;
    private readonly long bytes;
    private readonly Binder bind;
    private readonly DeviceBlock[] blocks;
    private readonly ArrayView<Work>[] items;
    private readonly Staged[] staged;
    private DeviceStep[] steps = [];
    private int generation = -1;

    /// <param name="queue">The device.</param>
    /// <param name="name">The variant, for messages.</param>
    /// <param name="bindings">The tensors.</param>
    /// <param name="bytes">What the call needs of the workspace, in stretches of <see cref="DeviceMemory.Aligned"/> bytes.</param>
    /// <param name="work">The items of each kernel.</param>
    /// <param name="bind">Gives the kernels.</param>
    public DevicePlan(DeviceQueue queue, string name, Binding[] bindings, long bytes, Work[][] work, Binder bind)
    {
        this.queue = queue;
        this.name = name;
        this.bind = bind;

        // A tensor bound twice is one piece of memory: a state in place.
        var access = new Dictionary<Tensor, Access>(ReferenceEqualityComparer.Instance);
        foreach (Binding binding in bindings)
        {
            if (binding.Tensor is { IsOnDevice: false } tensor)
            {
                access[tensor] = access.GetValueOrDefault(tensor) | binding.Access;
            }
        }

        staged = [.. access.Select(x => new Staged(x.Key, x.Value))];
        this.bytes = bytes + staged.Sum(x => DeviceMemory.Aligned(x.Tensor.Bytes));
        blocks = [.. work.Select(x => queue.Pool.Take((long)x.Length * sizeof(Work)))];
        items = [.. blocks.Zip(work, (block, x) => block.View.SubView(0, (long)x.Length * sizeof(Work)).Cast<Work>())];
        using DeviceQueue.Turn turn = queue.Take();
        for (int i = 0; i < work.Length; i++)
        {
            items[i].CopyFromCPU(queue.Stream, work[i]);
        }

        queue.Stream.Synchronize();
    }

    /// <summary>Gives the kernels of a call.</summary>
    /// <param name="memory">The workspace; it has room for what the call asked for.</param>
    /// <param name="view">Where a tensor is.</param>
    /// <param name="items">The items of each kernel.</param>
    public delegate DeviceStep[] Binder(DeviceMemory memory, Func<Tensor, ArrayView<byte>> view, ArrayView<Work>[] items);

    public void Run()
    {
        using DeviceQueue.Turn turn = queue.Take();
        try
        {
            Bind();
            foreach (Staged x in staged)
            {
                x.Upload(queue.Stream);
            }

            foreach (DeviceStep step in steps)
            {
                queue.Launch(step.Kernel, step.Launch);
            }

            if (staged.Length > 0)
            {
                foreach (Staged x in staged)
                {
                    x.Download(queue.Stream);
                }

                queue.Stream.Synchronize();
            }
        }
        catch (Exception exception) when (DeviceEngine.Explains(exception))
        {
            throw DeviceEngine.Explained(name, queue.Accelerator, exception);
        }
    }

    public void Dispose() => Array.ForEach(blocks, x => x.Dispose());

    private void Bind()
    {
        queue.Workspace.Reserve(bytes);
        if (generation == queue.Workspace.Generation)
        {
            return;
        }

        queue.Workspace.Restart();
        foreach (Staged x in staged)
        {
            x.View = queue.Workspace.Take<byte>(x.Tensor.Bytes);
        }

        steps = bind(queue.Workspace, tensor => tensor.Device is DeviceBytes there ? there.View : Array.Find(staged, x => ReferenceEquals(x.Tensor, tensor))!.View, items);
        generation = queue.Workspace.Generation;
    }

    /// <summary>A tensor of the host, and where it is during a run.</summary>
    private sealed class Staged(Tensor tensor, Access access)
    {
        public Tensor Tensor => tensor;

        public ArrayView<byte> View { get; set; }

        public void Upload(AcceleratorStream stream)
        {
            if (tensor.Count == 0)
            {
                return;
            }

            if (access.HasFlag(Access.Read))
            {
                View.CopyFromCPU(stream, ref Unsafe.AsRef<byte>(tensor.Data), View.Length);
            }
            else
            {
                View.MemSetToZero(stream);
            }
        }

        public void Download(AcceleratorStream stream)
        {
            if (access.HasFlag(Access.Write) && tensor.Count > 0)
            {
                View.CopyToCPU(stream, ref Unsafe.AsRef<byte>(tensor.Data), View.Length);
            }
        }
    }
}
