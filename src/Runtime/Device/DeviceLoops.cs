using ILGPU;
using ILGPU.Runtime;

namespace AttentionDsl.Runtime;

/// <summary>What happens to tensors of a device before and after the kernels: conversions, and gradients summed over what shared a number.</summary>
/// <remarks>A sum's terms are always added in the same order: the same call gives the same bits.</remarks>
internal sealed class DeviceLoops(DeviceQueue queue, int groupSize)
{
    private const int MostGroups = 1 << 16;
    private const int MostThreads = 256;

    private readonly int threads = Math.Min(groupSize, MostThreads);
    private Action<AcceleratorStream, KernelConfig, DeviceElements, DeviceElements, long>? convert;
    private Action<AcceleratorStream, KernelConfig, ArrayView<float>, DeviceElements, long, int, int>? overGroups;
    private Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, long, int, int, int>? overRows;

    /// <summary>to[i] = from[i] in another type, rounded to nearest even.</summary>
    public void Convert(ArrayView<byte> from, DataType type, ArrayView<byte> to, DataType toType, long count)
    {
        if (count > 0)
        {
            using DeviceQueue.Turn turn = queue.Take();
            convert ??= queue.Accelerator.LoadKernel<DeviceElements, DeviceElements, long>(ConvertKernel);
            convert(queue.Stream, Spread(count), new(from, type), new(to, toType), count);
        }
    }

    /// <summary>See <see cref="Sums.OverGroups"/>.</summary>
    public void OverGroups(ArrayView<byte> x, long rows, int heads, int width, ArrayView<byte> result, DataType type, int own)
    {
        if (rows > 0)
        {
            using DeviceQueue.Turn turn = queue.Take();
            overGroups ??= queue.Accelerator.LoadKernel<ArrayView<float>, DeviceElements, long, int, int>(OverGroupsKernel);
            overGroups(queue.Stream, Spread(rows * own * width), x.Cast<float>(), new(result, type), rows * own * width, width, heads / own);
        }
    }

    /// <summary>See <see cref="Sums.OverRows"/>.</summary>
    public void OverRows(ArrayView<byte> x, long rows, int heads, int width, ArrayView<byte> result, int own)
    {
        using DeviceQueue.Turn turn = queue.Take();
        overRows ??= queue.Accelerator.LoadKernel<ArrayView<float>, ArrayView<float>, long, int, int, int>(OverRowsKernel);
        overRows(queue.Stream, new KernelConfig(own * width, threads), x.Cast<float>(), result.Cast<float>(), rows, heads * width, width, heads / own);
    }

    private KernelConfig Spread(long count) => new((int)Math.Min((count + threads - 1) / threads, MostGroups), threads);

    private static long First => ((long)Grid.IdxX * Group.DimX) + Group.IdxX;

    private static long Step => (long)Grid.DimX * Group.DimX;

    private static void ConvertKernel(DeviceElements from, DeviceElements to, long count)
    {
        for (long i = First; i < count; i += Step)
        {
            to.Set(i, from.Get(i));
        }
    }

    private static void OverGroupsKernel(ArrayView<float> x, DeviceElements result, long count, int width, int group)
    {
        for (long i = First; i < count; i += Step)
        {
            // i = (row * own + head) * width + channel, and heads of a group are side by side.
            long from = (i / width * group * width) + (i % width);
            float sum = 0f;
            for (int member = 0; member < group; member++)
            {
                sum += x[from + ((long)member * width)];
            }

            result.Set(i, sum);
        }
    }

    /// <summary>A group sums for one number of the result: every thread some rows, and then all threads two by two, each with the error so far.</summary>
    private static void OverRowsKernel(ArrayView<float> x, ArrayView<float> result, long rows, int rowWidth, int width, int group)
    {
        ArrayView<float> sums = SharedMemory.Allocate<float>(MostThreads), errors = SharedMemory.Allocate<float>(MostThreads);
        int first = (Grid.IdxX / width * group * width) + (Grid.IdxX % width);
        float sum = 0f, error = 0f;
        for (long row = Group.IdxX; row < rows; row += Group.DimX)
        {
            for (int member = 0; member < group; member++)
            {
                Add(ref sum, ref error, x[(row * rowWidth) + first + (member * width)]);
            }
        }

        sums[Group.IdxX] = sum;
        errors[Group.IdxX] = error;
        Group.Barrier();
        for (int distance = MostThreads / 2; distance > 0; distance /= 2)
        {
            if (Group.IdxX < distance && Group.IdxX + distance < Group.DimX)
            {
                Add(ref sum, ref error, sums[Group.IdxX + distance]);
                error += errors[Group.IdxX + distance];
                sums[Group.IdxX] = sum;
                errors[Group.IdxX] = error;
            }

            Group.Barrier();
        }

        if (Group.IdxX == 0)
        {
            result[Grid.IdxX] = sum + error;
        }
    }

    // Knuth's sum of two: what the sum loses goes into the error.
    private static void Add(ref float sum, ref float error, float term)
    {
        float total = sum + term;
        float part = total - sum;
        error += (sum - (total - part)) + (term - part);
        sum = total;
    }
}
