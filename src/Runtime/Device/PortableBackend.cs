using ILGPU;
using ILGPU.Runtime;

namespace AttentionDsl.Runtime;

/// <summary>Kernels with the portable tile: float32, scratch in the device's memory.</summary>
internal sealed unsafe class PortableBackend(Accelerator accelerator, int groupSize) : IDeviceBackend
{
    // What the items of one launch may take of the device's memory for scratch; more items run in several launches.
    private const long ScratchAtMost = 1L << 30;

    private readonly KernelCache<DeviceTile, F32> kernels = new(
        accelerator, all => [.. all.Select(x => accelerator.LoadKernel(x.Method, x.Specialization))]);

    public DevicePlan[] Plan<TKernels>(DeviceQueue queue, CallPart[] parts, Sizes sizes, BetweenElements between, DeviceMemory? held, Action<string>? compiling)
        where TKernels : IVariantKernels
    {
        long bytes = new[] { between.Exact, between.Packed, between.States, between.Projected, between.Borders }.Sum(x => DeviceMemory.Aligned(x * sizeof(float)));
        held?.Reserve(bytes);
        Between<DeviceTile>? own = held is null ? null : Tiles(held, between);
        Launch[] launches = [.. parts.SelectMany(x => x.Launches)];
        var all = new Queue<DeviceKernel<DeviceTile, F32>>(kernels.Get<TKernels>(launches.Select(x => (x.Kernel, typeof(AnySizes), KernelSpecialization.Empty)), compiling));
        return [.. parts.Select(part =>
        {
            Step[] steps = [.. part.Launches.Select(x => Load<TKernels>(x, all.Dequeue(), sizes))];
            long scratchElements = steps.Max(x => x.ScratchPerItem * x.Wave), needed = DeviceMemory.Aligned(scratchElements * sizeof(float)) + (held is null ? bytes : 0);
            return new DevicePlan(queue, TKernels.Description.Name, part.Bindings, needed, [.. steps.Select(x => x.Work)], (memory, view, items) =>
            {
                Between<DeviceTile> tiles = own ?? Tiles(memory, between);
                ArrayView<float> scratch = memory.Take<float>(scratchElements);
                Operand<DeviceTile, F32>[] operands = [.. part.Bindings.Select(x => Operand(x, x.Tensor is null ? scratch : view(x.Tensor).Cast<float>()))];
                return [.. steps.Zip(items, (step, work) => new DeviceStep(step.Kernel, () =>
                {
                    for (int first = 0; first < step.Work.Length; first += step.Wave)
                    {
                        int count = Math.Min(step.Wave, step.Work.Length - first);
                        step.Launch(queue.Stream, new KernelConfig(count, groupSize), operands, sizes, work.SubView(first, count), Line(scratch), step.ScratchPerItem, tiles);
                    }
                }))];
            });
        })];
    }

    private static Between<DeviceTile> Tiles(DeviceMemory memory, BetweenElements between)
    {
        DeviceTile Part(long elements) => Line(memory.Take<float>(elements));
        return new() { Exact = Part(between.Exact), Packed = Part(between.Packed), States = Part(between.States), Projected = Part(between.Projected), Borders = Part(between.Borders) };
    }

    /// <summary>A compiled kernel, its items, and how many of them run in one launch.</summary>
    private readonly record struct Step(KernelKind Kernel, DeviceLaunch<DeviceTile, F32> Launch, Work[] Work, long ScratchPerItem, int Wave);

    private static Step Load<TKernels>(Launch launch, DeviceKernel<DeviceTile, F32> kernel, Sizes sizes)
        where TKernels : IVariantKernels
    {
        long scratch = DeviceMemory.Aligned(TKernels.Scratch(launch.Kernel, sizes) * sizeof(float)) / sizeof(float);
        int wave = (int)Math.Clamp(ScratchAtMost / (scratch * sizeof(float)), 1, launch.Work.Length);
        return new(launch.Kernel, kernel.Launch, launch.Work, scratch, wave);
    }

    // An absent operand (no heads) still needs a view that is one.
    private static Operand<DeviceTile, F32> Operand(Binding binding, ArrayView<float> view)
    {
        int columns = checked(binding.Heads * binding.Width);
        return new() { Data = new DeviceTile(view, 0, Items.Clamp(binding.Rows), columns, columns), Heads = binding.Heads, Width = binding.Width };
    }

    private static DeviceTile Line(ArrayView<float> view) => new(view, 0, 1, Items.Clamp(view.Length), view.Length);
}
