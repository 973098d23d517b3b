using System.Diagnostics.CodeAnalysis;

namespace AttentionDsl.Runtime;

/// <summary>
/// What the kernel of a decode step knows when it is compiled: sizes, heads, and what stands in each tensor. Where all sequences have one token, and are in order,
/// it knows its item by its number, and waits for no list of items before it fetches.
/// </summary>
/// <typeparam name="TK">Key channels.</typeparam>
/// <typeparam name="TV">Value channels.</typeparam>
/// <typeparam name="TUpdates">State updates a token.</typeparam>
/// <typeparam name="TColumns">Value columns of every item; 0: they differ.</typeparam>
/// <typeparam name="THeads">Value heads.</typeparam>
/// <typeparam name="TForm">A <see cref="StepForm"/>.</typeparam>
/// <typeparam name="TElements">Two bits for every operand: its <see cref="CudaElement"/>.</typeparam>
/// <typeparam name="THeadsOf">Four bits for every operand: see <see cref="KnownStep.HeadsOf"/>.</typeparam>
internal readonly struct KnownStep<TK, TV, TUpdates, TColumns, THeads, TForm, TElements, THeadsOf> : IKnownSizes
    where TK : struct, INatural
    where TV : struct, INatural
    where TUpdates : struct, INatural
    where TColumns : struct, INatural
    where THeads : struct, INatural
    where TForm : struct, INatural
    where TElements : struct, INatural
    where THeadsOf : struct, INatural
{
    public static Sizes Of(Sizes sizes)
    {
        sizes.K = (int)TK.Value;
        sizes.V = (int)TV.Value;
        sizes.Updates = (int)TUpdates.Value;
        sizes.StateValueFirst = Is(StepForm.StateValueFirst) ? 1 : 0;
        return sizes;
    }

    public static Work Of(Work item, int index)
    {
        item.Columns = TColumns.Value == 0 ? item.Columns : (int)TColumns.Value;
        item.Heads = (int)THeads.Value;
        if (Is(StepForm.OneToken))
        {
            item.Length = 1;
        }

        if (Is(StepForm.InOrder))
        {
            Work own = KnownStep.Item(index, (int)THeads.Value, (int)TV.Value, (int)TColumns.Value);
            item.Sequence = own.Sequence;
            item.Start = own.Start;
            item.Head = own.Head;
            item.Column = own.Column;
        }

        if (Is(StepForm.OwnStates))
        {
            // Not negative, for the compiler to see.
            item.StateIn = (uint)item.Sequence;
            item.StateOut = (uint)item.Sequence;
        }

        return item;
    }

    /// <summary>What <see cref="CudaStepTile.Known(Operand{CudaStepTile, CudaQuad}, int, int)"/> reads: element, heads, and, of a state, the numbers of a row.</summary>
    public static int Element(int operand)
    {
        int code = (int)(THeadsOf.Value >> (4 * operand)) & 15;
        if (code == KnownStep.AnyHeads)
        {
            return -1;
        }

        int row = code != KnownStep.State ? 0 : (int)(Is(StepForm.StateValueFirst) ? TK.Value : TV.Value);
        return CudaStepTile.Described((int)(TElements.Value >> (2 * operand)) & 3, KnownStep.HeadsOf(code, (int)THeads.Value), row);
    }

    private static bool Is(StepForm form) => ((int)TForm.Value & (int)form) != 0;
}

/// <summary>What all items of a step have in common.</summary>
[Flags]
internal enum StepForm
{
    /// <summary>One token each.</summary>
    OneToken = 1,

    /// <summary>One token each, all panels of all heads of all sequences, one after the other.</summary>
    InOrder = 2,

    /// <summary>Each sequence has the state of its number.</summary>
    OwnStates = 4,

    /// <summary><see cref="Sizes.StateValueFirst"/>.</summary>
    StateValueFirst = 8,
}

/// <summary>The types that say what the kernel of a decode step knows.</summary>
internal static class KnownStep
{
    /// <summary>Code of an operand of which nothing is known.</summary>
    public const int AnyHeads = 0;

    /// <summary>Code of a state.</summary>
    public const int State = 15;

    private const int Absent = 1, OneHead = 2, AllHeads = 3;

    // As many as a long has codes for.
    private const int MostOperands = 15;

    /// <summary>The type for these sizes, items and operands.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2055", Justification = ComputeDevice.Guarded)]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = ComputeDevice.Guarded)]
    public static Type Of(Sizes sizes, Work[] work, Binding[] bindings)
    {
        int valueHeads = work[0].Heads, columns = work.All(x => x.Columns == work[0].Columns) ? work[0].Columns : 0;
        long elements = 0, heads = 0;
        for (int i = 0; i < Math.Min(bindings.Length, MostOperands); i++)
        {
            elements |= (long)CudaElements.Of(bindings[i].Tensor) << (2 * i);
            heads |= (long)Code(bindings[i], valueHeads) << (4 * i);
        }

        Type[] numbers = [.. new long[] { sizes.K, sizes.V, sizes.Updates, columns, valueHeads, (long)Form(sizes, work, columns), elements, heads }.Select(Natural.Of)];
        return typeof(KnownStep<,,,,,,,>).MakeGenericType(numbers);
    }

    /// <summary>Item number <paramref name="index"/> of sequences of one token in order.</summary>
    public static Work Item(int index, int heads, int values, int columns)
    {
        uint panels = (uint)values / (uint)columns, row = (uint)index / panels, sequence = row / (uint)heads;
        return new() { Sequence = (int)sequence, Start = sequence, Head = (int)(row - (sequence * (uint)heads)), Column = (int)((uint)index - (row * panels)) * columns };
    }

    /// <summary>The heads that a code says.</summary>
    public static int HeadsOf(int code, int heads) => code == Absent ? 0 : code is OneHead or State ? 1 : heads >> (code - AllHeads);

    /// <summary>Only states are read and written.</summary>
    public static bool IsState(Binding binding) => binding.Access == (Access.Read | Access.Write);

    private static StepForm Form(Sizes sizes, Work[] work, int columns)
    {
        bool inOrder = columns != 0 && work.Select((x, i) => (Is: x, Expected: Item(i, x.Heads, sizes.V, columns))).All(x =>
            (x.Is.Sequence, x.Is.Start, x.Is.Head, x.Is.Column) == (x.Expected.Sequence, x.Expected.Start, x.Expected.Head, x.Expected.Column));
        StepForm oneToken = !work.All(x => x.Length == 1) ? 0 : inOrder ? StepForm.OneToken | StepForm.InOrder : StepForm.OneToken;
        return oneToken | (work.All(x => x.StateIn == x.Sequence && x.StateOut == x.Sequence) ? StepForm.OwnStates : 0) | (sizes.StateValueFirst != 0 ? StepForm.StateValueFirst : 0);
    }

    private static int Code(Binding binding, int heads)
    {
        if (binding.Tensor is null || IsState(binding))
        {
            return binding.Tensor is null ? Absent : State;
        }

        for (int code = AllHeads; code < State; code++)
        {
            if (binding.Heads << (code - AllHeads) == heads)
            {
                return code;
            }
        }

        return binding.Heads == 1 ? OneHead : AnyHeads;
    }
}
