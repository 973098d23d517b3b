namespace AttentionDsl.Generator;

/// <summary>
/// What the sweep forward of a chunk-parallel backward keeps of every chunk for the sweep back, beside the state: Grams, solved systems and products,
/// of which a number costs more to compute again than to bring from memory. The rest is a loop or two from the inputs.
/// </summary>
/// <param name="Tiles">The tiles that are kept.</param>
/// <param name="First">The operations that they need, in order.</param>
/// <param name="Next">What the next state needs besides.</param>
/// <param name="Later">What the derivative needs besides.</param>
internal sealed record KeptValues(IReadOnlyList<Tile> Tiles, IReadOnlyList<Operation> First, IReadOnlyList<Operation> Next, IReadOnlyList<Operation> Later)
{
    public static KeptValues Of(TileProgram program, Adjoint adjoint)
    {
        IReadOnlyList<Operation> forward = program.Needed([program.StateOut]);
        var costly = new HashSet<string>(forward.Where(IsCostly).Select(x => x.Result.Name));
        var read = new HashSet<string>(adjoint.Values);
        var later = new List<Operation>();
        foreach (Operation operation in program.Operations.Reverse().Where(x => read.Contains(x.Result.Name) && !costly.Contains(x.Result.Name)))
        {
            later.Add(operation);
            read.UnionWith(operation.Reads.Select(x => x.Name));
        }

        later.Reverse();
        Tile[] kept = [.. forward.Select(x => x.Result).Where(x => costly.Contains(x.Name) && read.Contains(x.Name))];
        IReadOnlyList<Operation> first = program.Needed(kept);
        return new(kept, first, [.. forward.Except(first)], later);
    }

    private static bool IsCostly(Operation operation) => operation is Gram or DecayPairs or Solve || (operation is Sum sum && sum.Terms.Any(x => x.Kind != TermKind.Tile));
}
