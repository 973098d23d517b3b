namespace AttentionDsl.Runtime;

/// <summary>Runs work items on the threads of this machine.</summary>
internal static class Items
{
    // Waking the thread pool costs some ten microseconds: below so many multiply-adds a loop is faster.
    private const double ParallelFrom = 1 << 18;

    public static void Run(Work[] work, Sizes sizes, Action<Work> item) => new Delegated(LongestFirst(work), Threads(work, sizes), item).Run();

    /// <summary>Threads that pay for these items.</summary>
    public static int Threads(Work[] work, Sizes sizes)
    {
        double operations = 0;
        foreach (Work at in work)
        {
            operations += 2.0 * at.Length * sizes.Updates * sizes.K * at.Columns;
        }

        return operations < ParallelFrom ? 1 : Environment.ProcessorCount;
    }

    /// <summary>The order in which items are taken: the last to finish are short ones.</summary>
    public static Work[] LongestFirst(Work[] work)
    {
        Work[] order = (Work[])work.Clone();
        Array.Sort(order, (a, b) => b.Length.CompareTo(a.Length));
        return order;
    }

    public static int Clamp(long rows) => (int)Math.Min(rows, int.MaxValue);

    public static void Invoke<TKernels, TTile, TNumber>(KernelKind kernel, ReadOnlySpan<Operand<TTile, TNumber>> operands, Sizes sizes, Work at, TTile scratch, Between<TTile> between)
        where TKernels : IVariantKernels
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>
    {
        switch (kernel)
        {
            case KernelKind.Decode: TKernels.Decode<TTile, TNumber>(operands, sizes, at, scratch); break;
            case KernelKind.DecodeBackward: TKernels.DecodeBackward<TTile, TNumber>(operands, sizes, at, scratch); break;
            case KernelKind.Forward: TKernels.Forward<TTile, TNumber>(operands, sizes, at, scratch); break;
            case KernelKind.Backward: TKernels.Backward<TTile, TNumber>(operands, sizes, at, scratch); break;
            default: TKernels.Pass<TTile, TNumber>(kernel, operands, sizes, at, scratch, between); break;
        }
    }

    private sealed class Delegated(Work[] work, int threads, Action<Work> item) : ParallelItems(work.Length, threads)
    {
        protected override void Item(int index) => item(work[index]);
    }
}
