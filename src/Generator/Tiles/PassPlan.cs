namespace AttentionDsl.Generator;

/// <summary>A tile that the token-parallel pass leaves for the passes that follow.</summary>
/// <param name="Tile">The tile.</param>
/// <param name="Exact">False if it is only ever a factor or a term of matrix products: a device may then keep it in half the bits.</param>
internal sealed record KeptTile(Tile Tile, bool Exact);

/// <summary>
/// The chunk program cut into passes by what depends on the state. What does not (gates, cumulative decays, Grams, solved systems) is
/// computed for all chunks at once; what does runs in order over the chunks of a sequence, forward for the states and back for their
/// gradients; with both known, the gradients of a chunk again need no other chunk.
/// </summary>
internal sealed class PassPlan
{
    private readonly TileProgram program;
    private readonly Dictionary<string, Operation> definitions;
    private readonly HashSet<string> dependent;
    private readonly Dictionary<string, KeptTile> kept = [];

    public PassPlan(TileProgram program, Adjoint adjoint)
    {
        this.program = program;
        definitions = program.Operations.ToDictionary(x => x.Result.Name);
        dependent = [program.StateIn.Name];
        foreach (Operation operation in program.Operations.Where(x => x.Reads.Any(y => dependent.Contains(y.Name))))
        {
            dependent.Add(operation.Result.Name);
        }

        IReadOnlyList<Statement> retreat = Slice(adjoint.Statements, [adjoint.State]);
        foreach (Tile tile in Results(program))
        {
            Reach(tile, exact: true);
        }

        foreach (Statement statement in retreat)
        {
            bool exact = statement is not CallStatement { Method: string method } || !FactorTiles.Products.Contains(method);
            foreach (Tile tile in statement.Reads.Where(x => definitions.ContainsKey(x.Name)))
            {
                Reach(tile, exact);
            }
        }

        Kept = program.Operations.Select(x => x.Result.Name).Where(kept.ContainsKey).Select(x => kept[x]).ToList();
        Tile state = program.StateIn, stateGradient = state with { Name = "dSNext" };
        Tile[] left = [.. Kept.Select(x => x.Tile)];
        Prepare = new Pass(Lowering.Of(program.Needed(left)), left, Kept.Where(x => x.Exact).Select(x => x.Tile)).FetchingWhatCostsNothing();
        Advance = InOrder(Lowering.Of(Later(Results(program))), state, Results(program), stores: false);
        Trail = InOrder(Lowering.Of(Later([program.StateOut])), state, [program.StateOut], stores: true);
        Retreat = InOrder([.. Lowering.Of(Later(ForwardValues(retreat))), .. adjoint.WithOutputGradient(retreat)], stateGradient, [adjoint.State], stores: true);
        IReadOnlyList<Statement> gradients = Slice(adjoint.Statements, adjoint.Gradients.Values);
        Gradients = new Pass([.. Lowering.Of(program.Needed(ForwardValues(gradients))), .. adjoint.WithOutputGradient(gradients)], adjoint.Gradients.Values, adjoint.Gradients.Values)
            .Fetching([state, stateGradient])
            .FetchingWhatCostsNothing();

        Pass InOrder(IReadOnlyList<Statement> statements, Tile carried, IEnumerable<Tile> results, bool stores) =>
            new Pass(StateSweep.JoinedChunk(statements, carried), results, results, carried).WithFactor(stores).Fetching([.. left, state]).FetchingLoads();

        IEnumerable<Tile> ForwardValues(IEnumerable<Statement> statements) => statements.SelectMany(x => x.Reads).Where(x => definitions.ContainsKey(x.Name)).Distinct();
    }

    /// <summary>What the first pass leaves behind, a chunk.</summary>
    public IReadOnlyList<KeptTile> Kept { get; }

    /// <summary>Pass 1, every chunk by itself: all that does not depend on the state.</summary>
    public Pass Prepare { get; }

    /// <summary>Pass 2, in order: the state and the output.</summary>
    public Pass Advance { get; }

    /// <summary>Pass 2 of the backward, in order: the state alone.</summary>
    public Pass Trail { get; }

    /// <summary>Pass 3 of the backward, in reverse order: the gradient of the state.</summary>
    public Pass Retreat { get; }

    /// <summary>Pass 4 of the backward, every chunk by itself: the gradients of inputs and parameters, from the state and its gradient.</summary>
    public Pass Gradients { get; }

    private static IEnumerable<Tile> Results(TileProgram program) => program.Output is Tile output ? [program.StateOut, output] : [program.StateOut];

    /// <summary>The statements that the targets hang on.</summary>
    private static IReadOnlyList<Statement> Slice(IReadOnlyList<Statement> statements, IEnumerable<Tile> targets)
    {
        var needed = new HashSet<string>(targets.Select(x => x.Name));
        var slice = new List<Statement>();
        foreach (Statement statement in statements.Reverse())
        {
            Statement only = statement is not LoopStatement loop ? statement : Only(loop, needed);
            if (only.Results.Any(x => needed.Contains(x.Name)))
            {
                slice.Add(only);
                needed.UnionWith(only.Reads.Select(x => x.Name));
                needed.UnionWith(only.Results.Select(x => x.Name));
            }
        }

        slice.Reverse();
        return slice;
    }

    private static LoopStatement Only(LoopStatement loop, HashSet<string> needed)
    {
        Store[] stores = loop.Stores.Where(x => needed.Contains(x.Result.Name)).ToArray();
        return stores.Length == loop.Stores.Count ? loop : loop with
        {
            Stores = stores.ToEquatableArray(),
            Arguments = loop.Arguments.Where(x => stores.Any(y => y.Value.ArgumentNames().Contains(x.Name))).ToEquatableArray(),
            Equation = string.Join("\n", loop.Equation.Split('\n').Where(x => stores.Any(y => x.StartsWith(y.Result.Name + " ", StringComparison.Ordinal)))),
        };
    }

    /// <summary>Loads, and rows turned into columns, are done again where they are needed.</summary>
    private static bool IsRedone(Operation operation) => operation is Load or Unary { Kind: UnaryKind.Transpose, X.Rows: Dim.One };

    /// <summary>Finds what a later pass needs of the first.</summary>
    private void Reach(Tile tile, bool exact)
    {
        if (!definitions.TryGetValue(tile.Name, out Operation? operation))
        {
            return;
        }

        if (!dependent.Contains(tile.Name) && !IsRedone(operation))
        {
            exact |= kept.TryGetValue(tile.Name, out KeptTile? known) && known.Exact;
            kept[tile.Name] = new KeptTile(tile, exact);
            return;
        }

        foreach (Tile read in operation.Reads)
        {
            Reach(read, operation is not Sum sum || sum.Terms.Any(x => read == x.E || read == x.G));
        }
    }

    /// <summary>The operations that tiles need once the kept ones are there.</summary>
    private IReadOnlyList<Operation> Later(IEnumerable<Tile> tiles)
    {
        var needed = new HashSet<string>(tiles.Select(x => x.Name));
        var later = new List<Operation>();
        foreach (Operation operation in program.Operations.Reverse().Where(x => needed.Contains(x.Result.Name) && !kept.ContainsKey(x.Result.Name)))
        {
            later.Add(operation);
            needed.UnionWith(operation.Reads.Select(x => x.Name));
        }

        later.Reverse();
        return later;
    }
}
