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

    public DevicePlan Plan<TKernels>(DeviceQueue queue, Launch[] launches, Binding[] bindings, Sizes sizes, BetweenElements parts, Action<string>? compiling)
        where TKernels : IVariantKernels
    {
        Step[] steps = [.. launches.Zip(kernels.Get<TKernels>(launches, _ => typeof(AnySizes), _ => KernelSpecialization.Empty, compiling), (launch, kernel) => Load<TKernels>(launch, kernel, sizes))];
        long scratchElements = steps.Max(x => x.ScratchPerItem * x.Wave);
        long[] stretches = [scratchElements, parts.Exact, parts.Packed, parts.States, parts.Projected, parts.Borders];
        long bytes = stretches.Sum(x => DeviceMemory.Aligned(x * sizeof(float)));
        return new(queue, TKernels.Description.Name, bindings, bytes, [.. steps.Select(x => x.Work)], (memory, view, items) =>
        {
            DeviceTile Part(long elements) => Line(memory.Take<float>(elements));
            var between = new Between<DeviceTile> { Exact = Part(parts.Exact), Packed = Part(parts.Packed), States = Part(parts.States), Projected = Part(parts.Projected), Borders = Part(parts.Borders) };
            ArrayView<float> scratch = memory.Take<float>(scratchElements);
            Operand<DeviceTile, F32>[] operands = [.. bindings.Select(x => Operand(x, x.Tensor is null ? scratch : view(x.Tensor).Cast<float>()))];
            return [.. steps.Zip(items, (step, work) => new DeviceStep(step.Kernel, () =>
            {
                for (int first = 0; first < step.Work.Length; first += step.Wave)
                {
                    int count = Math.Min(step.Wave, step.Work.Length - first);
                    step.Launch(queue.Stream, new KernelConfig(count, groupSize), operands, sizes, work.SubView(first, count), Line(scratch), step.ScratchPerItem, between);
                }
            }))];
        });
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
