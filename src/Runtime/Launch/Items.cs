using System.Runtime.ExceptionServices;

namespace AttentionDsl.Runtime;

/// <summary>Runs work items on the threads of this machine.</summary>
internal static class Items
{
    // Waking the thread pool costs some ten microseconds: below so many multiply-adds a loop is faster.
    private const double ParallelFrom = 1 << 18;

    public static void Run(Work[] work, Sizes sizes, Action<Work> item)
    {
        double operations = 0;
        foreach (Work at in work)
        {
            operations += 2.0 * at.Length * sizes.Updates * sizes.K * at.Columns;
        }

        if (work.Length < 2 || Environment.ProcessorCount < 2 || operations < ParallelFrom)
        {
            foreach (Work at in work)
            {
                item(at);
            }

            return;
        }

        // Longest first, taken one at a time: the last items to finish are short ones.
        Work[] order = (Work[])work.Clone();
        Array.Sort(order, (a, b) => b.Length.CompareTo(a.Length));
        int next = -1;
        try
        {
            Parallel.For(0, Math.Min(Environment.ProcessorCount, order.Length), _ =>
            {
                for (int i = Interlocked.Increment(ref next); i < order.Length; i = Interlocked.Increment(ref next))
                {
                    item(order[i]);
                }
            });
        }
        catch (AggregateException exception)
        {
            // A caller wants the error of the kernel, not that it met it on several threads.
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }
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
}
