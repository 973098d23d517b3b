namespace AttentionDsl.Generator;

/// <summary>A tile that a pass leaves for the passes that follow.</summary>
/// <param name="Tile">The tile.</param>
/// <param name="Exact">False if it is only ever a factor or a term of matrix products: a device may then keep it in half the bits.</param>
/// <param name="Backward">True if only passes of the backward read it.</param>
internal sealed record KeptTile(Tile Tile, bool Exact, bool Backward)
{
    /// <summary>True of a column that stands number after number (<c>ITile.TakeColumn</c>). In half the bits it would be copied in sixteens of bytes a row.</summary>
    public bool IsDense => Exact && Tile.Columns == Dim.One;
}

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

    /// <param name="chunk">The chunk program.</param>
    /// <param name="adjoint">Its derivative.</param>
    /// <param name="update">What they are of.</param>
    public PassPlan(TileProgram chunk, Adjoint adjoint, StateUpdate update)
    {
        var form = InverseForm.Of(chunk);
        program = form.Program;
        IReadOnlyList<Statement> derivative = DecayAdjoints.Joined(form.Of(adjoint.Statements), program);
        definitions = program.Operations.ToDictionary(x => x.Result.Name);
        dependent = [program.StateIn.Name];
        foreach (Operation operation in program.Operations.Where(x => x.Reads.Any(y => dependent.Contains(y.Name))))
        {
            dependent.Add(operation.Result.Name);
        }

        IReadOnlyList<Statement> retreat = Slice(derivative, [adjoint.State], []);
        foreach (Tile tile in Results(program))
        {
            Reach(tile, exact: true, backward: false);
        }

        foreach (Statement statement in retreat)
        {
            bool exact = statement is not CallStatement { Method: string method } || !FactorTiles.Products.Contains(method);
            foreach (Tile tile in statement.Reads.Where(x => definitions.ContainsKey(x.Name)))
            {
                Reach(tile, exact, backward: true);
            }
        }

        // What the walks over the sequence compute of a chunk's tokens on their way they leave to the gradients.
        IReadOnlyList<Statement> gradients = Slice(derivative, adjoint.Gradients.Values, []);
        HashSet<string> read = [.. gradients.SelectMany(x => x.Reads).Select(x => x.Name)];
        Tile[] onward = [.. Later([program.StateOut], kept.ContainsKey).Where(x => x is Sum or SolveByInverse).Select(x => x.Result).Where(IsLeft)];
        Tile[] back = [.. retreat.OfType<CallStatement>().Where(x => FactorTiles.Products.Contains(x.Method) || x.Method == InverseForm.ApplyTransposed).Select(x => x.Written[0]).Distinct().Where(IsLeft)];

        // Where one is only read to compute another, that is left alone.
        gradients = Slice(derivative, adjoint.Gradients.Values, [.. back.Select(x => x.Name)]);
        back = [.. back.Where(x => gradients.Any(y => y.Reads.Contains(x)))];
        var factors = new StateFactors(
            program,
            [.. kept.Values.Where(x => !x.Exact).Select(x => x.Tile)],
            [.. Lowering.Of(Later(Results(program), kept.ContainsKey)), .. Lowering.Of(Later(ForwardValues(retreat), kept.ContainsKey)), .. retreat],
            gradients);
        program = factors.Program;
        foreach (KeptTile tile in kept.Values.Where(x => factors.Has(x.Tile.Name)).ToArray())
        {
            Tile column = factors.Column(tile.Tile);
            kept.Remove(tile.Tile.Name);
            definitions[column.Name] = program.Operations.First(x => x.Result == column);
            Keep(column, exact: true, tile.Backward);
        }

        foreach (Tile rows in factors.Left)
        {
            Keep(rows, exact: false, backward: false);
        }

        gradients = factors.OfGradients(gradients);
        HashSet<string> sources = [.. Sources(gradients), .. onward.Select(x => x.Name)];
        bool prepares = !update.ColumnsAreIndependent || !program.Needed(kept.Values.Select(x => x.Tile)).All(IsOfPairs);
        if (!prepares)
        {
            kept.Clear();
            sources = [.. onward.Select(x => x.Name)];
            gradients = ScaledTotals.Of(gradients);
        }

        Kept = program.Operations.Select(x => x.Result.Name).Where(kept.ContainsKey).Select(x => kept[x]).ToList();
        OnTheWay = [.. onward.Concat(back).Select(x => new KeptTile(x, Exact: false, Backward: true))];
        Tile state = program.StateIn, stateGradient = state with { Name = "dSNext" };
        Tile[] left = [.. Kept.Select(x => x.Tile)];
        var shortChunks = new ShortChunks();
        Prepare = !prepares ? null : Prepared(ScaledRows.Folded(ScaledGrams.Joined(GramPairs.Joined(GramPairs.Crossed(NormalizedRows.Folded(DecayedRows.Folded([.. Lowering.Of(program.Needed(left)), .. Kept.Select(x => Left(x.Tile, x.Backward))])))))));
        IReadOnlyList<Statement> advance = Walked(Results(program));
        Advance = InOrder(Leaving(program.Output is Tile output ? [.. advance, new StoreStatement(output, "Output")] : advance, onward, forBackward: true), state, program.StateOut, Left(state, forBackward: true));
        IReadOnlyList<Statement> trail = Walked([program.StateOut]);
        Trail = InOrder(Leaving(trail, onward), state, program.StateOut, Left(state));
        retreat = [.. Walked(ForwardValues(retreat)), .. adjoint.WithOutputGradient(retreat)];
        Retreat = InOrder(Leaving(retreat, back), stateGradient, adjoint.State, Left(stateGradient));
        var both = new GradientPasses(
            GramPairs.JoinedAdjoints([.. Lowered(Later(ForwardValues(gradients), sources.Contains)), .. adjoint.WithOutputGradient(gradients)]),
            adjoint.Gradients,
            [state, stateGradient],
            [.. left.Where(x => sources.Contains(x.Name)), .. onward, .. back],
            new HashSet<string>(Kept.Concat(OnTheWay).Where(x => !x.Exact).Select(x => x.Tile.Name)),
            ofPairs: !prepares);
        Project = both.Project is Pass project ? shortChunks.Trimmed(project) : null;
        ProjectsApart = both.ProjectsApart;
        Projected = both.Projected;
        Gradients = shortChunks.Trimmed(both.Gradients);
        if (update.CarriesOverSegments)
        {
            Carry = InOrder(trail, state, program.StateOut);
            if (update is { TransitionIsDiagonal: true, KeyDecay: not null })
            {
                (Carry, SegmentDecay) = WithSegmentDecay(Carry);
            }

            CarryBack = InOrder(retreat, stateGradient, adjoint.State);
        }

        bool IsLeft(Tile tile) => read.Contains(tile.Name) && tile.Rows is Dim.Token or Dim.Update && dependent.Contains(tile.Name) == definitions.ContainsKey(tile.Name);

        bool IsThere(string name) => kept.ContainsKey(name) || factors.Has(name);

        IReadOnlyList<Statement> Lowered(IEnumerable<Operation> operations) => prepares ? Lowering.Of(operations) : ScaledRows.OfPairs(Lowering.Of(operations));

        // What a walk computes of the program, with the columns that it scales by.
        IReadOnlyList<Statement> Walked(IEnumerable<Tile> tiles)
        {
            Tile[] targets = [.. tiles];
            IEnumerable<Tile> columns = Later(targets, IsThere).SelectMany(x => x.Reads).Concat(targets).Where(x => factors.Has(x.Name)).Distinct().Select(factors.Column);
            return Lowered(Later([.. targets, .. columns], IsThere));
        }

        // Inputs that loops read stand as they came, unless more groups share a multiprocessor where what loops make of them may stand in their place.
        Pass Prepared(IReadOnlyList<Statement> statements)
        {
            IReadOnlyList<Statement> all = GivenTiles.Marked(statements, update.Sources, loops: true), some = GivenTiles.Marked(statements, update.Sources, loops: false);
            Pass given = Scheduled(all, inPlace: false);
            int groups = SharedMemory.Groups(given.Cost(), given.Statements);
            if (groups == SharedMemory.MostGroups
                || (all.SequenceEqual(some) && LeftTiles.Marked(some, new HashSet<string>(), inPlace: true).SequenceEqual(LeftTiles.Marked(all, new HashSet<string>(), inPlace: false))))
            {
                return given;
            }

            Pass other = Scheduled(some, inPlace: true);
            return SharedMemory.Groups(other.Cost(), other.Statements) > groups ? other : given;
        }

        Pass Scheduled(IReadOnlyList<Statement> statements, bool inPlace)
        {
            ISet<string> rounded = FactorTiles.Of(statements, Kept.Where(x => x.Exact).Select(x => x.Tile));
            for (var trimmed = new HashSet<string>(); ;)
            {
                IReadOnlyList<Statement> order = new Schedule(LeftTiles.Marked(statements, trimmed, inPlace), rounded, new HashSet<string>()).Best();
                Pass pass = shortChunks.Trimmed(new Pass(LeftTiles.Stored(order), [], [], [], rounded).FetchingWhatFits());

                // What must be trimmed is trimmed in scratch.
                string[] more = [.. pass.Statements.OfType<TrimStatement>().Where(x => x.X.IsLeft).Select(x => x.X.Name)];
                if (more.Length == 0)
                {
                    return pass;
                }

                trimmed.UnionWith(more);
            }
        }

        Pass InOrder(IReadOnlyList<Statement> statements, Tile carried, Tile result, StoreStatement? store = null) =>
            shortChunks.Trimmed(new Pass(factors.OfWalk(StateSweep.JoinedChunk(ScaledGrams.Joined(statements), carried)), [result], Results(program).Append(result), [carried])
                .WithFactor(carried, store).Recalling([.. left, state]).Fetching().InOrder(x => x != state, update.ColumnsAreIndependent));
    }

    /// <summary>What the first pass leaves behind, a chunk.</summary>
    public IReadOnlyList<KeptTile> Kept { get; }

    /// <summary>What the walks leave behind, a chunk: of the state, and of its gradient.</summary>
    public IReadOnlyList<KeptTile> OnTheWay { get; }

    /// <summary>Pass 1, every chunk by itself: all that does not depend on the state; null if that is so little that every pass computes what it reads of it.</summary>
    public Pass? Prepare { get; }

    /// <summary>Pass 2, in order: the state and the output; where the backward goes on from here, what Trail leaves, too.</summary>
    public Pass Advance { get; }

    /// <summary>Pass 2 of a backward by itself, in order: the state alone.</summary>
    public Pass Trail { get; }

    /// <summary>Pass 3 of the backward, in reverse order: the gradient of the state.</summary>
    public Pass Retreat { get; }

    /// <summary>Pass 4 of the backward, every chunk by itself: all that reads the state before the chunk and the gradient of the state after it; null if the last pass does.</summary>
    public Pass? Project { get; }

    /// <summary>True if that is a pass of its own, and not the first part of the last.</summary>
    public bool ProjectsApart { get; }

    /// <summary>What pass 4 leaves in the place of the two states.</summary>
    public IReadOnlyList<KeptTile> Projected { get; }

    /// <summary>The last pass of the backward, every chunk by itself: the gradients of inputs and parameters.</summary>
    public Pass Gradients { get; }

    /// <summary>Where sequences are cut into segments, Trail for what a segment hands on alone; null if they never are.</summary>
    public Pass? Carry { get; }

    /// <summary>Where a segment only lets the state decay: the row in which Carry adds up its log decays; null if there are none, or none of it would do.</summary>
    public Tile? SegmentDecay { get; }

    /// <summary>Likewise Retreat, for what a segment hands back.</summary>
    public Pass? CarryBack { get; }

    /// <summary>A walk that also adds up its chunks' log decays, and the row in which it does.</summary>
    private static (Pass Walk, Tile Decay) WithSegmentDecay(Pass walk)
    {
        Tile last = walk.Statements.OfType<CallStatement>().Single(x => x.Method == "DecayAndWrite").Arguments[0], sum = new("GSegment", last.Rows, last.Columns);
        var add = new LoopStatement(EquatableArray.Of(new Store(sum, Into.Add, ProgramBuilder.Name(last))), EquatableArray.Of(last), $"{sum.Name} += {last.Name}: the log decay of the segment");
        return (walk.Carrying(sum, add), sum);
    }

    private static IEnumerable<Tile> Results(TileProgram program) => program.Output is Tile output ? [program.StateOut, output] : [program.StateOut];

    /// <summary>The statements with those that store what a walk leaves, each after the last that writes it.</summary>
    private static IReadOnlyList<Statement> Leaving(IReadOnlyList<Statement> statements, Tile[] tiles, bool forBackward = false)
    {
        var all = new List<Statement>(statements);
        foreach (Tile tile in tiles)
        {
            all.Insert(all.FindLastIndex(x => x.Results.Contains(tile)) + 1, Left(tile, forBackward));
        }

        return all;
    }

    /// <summary>Leaves a tile to later passes, or only to those of the backward.</summary>
    private static StoreStatement Left(Tile tile, bool forBackward = false) => new(tile, tile.Name) { Backward = forBackward };

    /// <summary>The statements that the targets hang on, but for what is there.</summary>
    private static IReadOnlyList<Statement> Slice(IReadOnlyList<Statement> statements, IEnumerable<Tile> targets, HashSet<string> there)
    {
        var needed = new HashSet<string>(targets.Select(x => x.Name).Where(x => !there.Contains(x)));
        var slice = new List<Statement>();
        foreach (Statement statement in statements.Reverse())
        {
            Statement only = statement is not LoopStatement loop ? statement : Only(loop, needed);
            if (only.Results.Any(x => needed.Contains(x.Name)))
            {
                slice.Add(only);
                needed.UnionWith(only.Reads.Concat(only.Results).Select(x => x.Name).Where(x => !there.Contains(x)));
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
    private void Reach(Tile tile, bool exact, bool backward)
    {
        if (!definitions.TryGetValue(tile.Name, out Operation? operation))
        {
            return;
        }

        if (!dependent.Contains(tile.Name) && !IsRedone(operation))
        {
            Keep(tile, exact, backward);
            return;
        }

        foreach (Tile read in operation.Reads)
        {
            Reach(read, operation is not Sum sum || sum.Terms.Any(x => read == x.E || read == x.G), backward);
        }
    }

    private void Keep(Tile tile, bool exact, bool backward)
    {
        kept.TryGetValue(tile.Name, out KeptTile? known);
        kept[tile.Name] = new KeptTile(tile, exact || known is { Exact: true }, backward && known is not { Backward: false });
    }

    private IEnumerable<Tile> ForwardValues(IEnumerable<Statement> statements) => statements.SelectMany(x => x.Reads).Where(x => definitions.ContainsKey(x.Name)).Distinct();

    /// <summary>
    /// What the gradients read of the first pass: Grams, solved systems and products, which it keeps for them if no other pass asked for them,
    /// and of what others asked for all that need not be exact. The rest is a loop or two from the inputs: they compute it again.
    /// </summary>
    private HashSet<string> Sources(IReadOnlyList<Statement> gradients)
    {
        var exactly = new Dictionary<string, bool>();
        foreach (Statement statement in gradients)
        {
            bool factor = statement is CallStatement { Method: string method } && (FactorTiles.Products.Contains(method) || method is DecayAdjoints.Method or "RowDot");
            foreach (Tile tile in statement.Reads)
            {
                Read(tile, !factor);
            }
        }

        foreach (string name in exactly.Keys.Where(x => IsCostly(definitions[x])))
        {
            Keep(definitions[name].Result, exactly[name], backward: true);
        }

        return [.. exactly.Keys.Where(x => kept.TryGetValue(x, out KeptTile? known) && (known.Exact || !exactly[x]))];

        void Read(Tile tile, bool exact)
        {
            if (!definitions.TryGetValue(tile.Name, out Operation? operation) || (exactly.TryGetValue(tile.Name, out bool known) && (known || !exact)))
            {
                return;
            }

            bool independent = !dependent.Contains(tile.Name);
            if (independent)
            {
                exactly[tile.Name] = exact;
                if (IsCostly(operation) || (kept.TryGetValue(tile.Name, out KeptTile? stands) && (stands.Exact || !exact)))
                {
                    return;
                }
            }

            foreach (Tile read in operation.Reads)
            {
                Read(read, operation is not Sum sum || sum.Terms.Any(x => read == x.E || read == x.G));
            }
        }
    }

    /// <summary>
    /// True for what no pass is worth while: inputs, columns and numbers made of them, and pairs of tokens of which only heads decay. A walk multiplies the inputs anyway, and
    /// reads them with less time than pairs take to be written and read.
    /// </summary>
    private bool IsOfPairs(Operation operation) => operation switch
    {
        Load => true,
        Gram { E: null } x => x.Reads.All(y => definitions[y.Name] is Load),
        DecayPairs => true,
        Map or Unary { Kind: UnaryKind.CumulativeSum or UnaryKind.LastRow } => operation.Result.Columns is Dim.One or Dim.Token or Dim.Update,
        _ => false,
    };

    private static bool IsCostly(Operation operation) => operation is Gram or DecayPairs or Solve or Sum;

    /// <summary>The operations that tiles need once others are there.</summary>
    private IReadOnlyList<Operation> Later(IEnumerable<Tile> tiles, Func<string, bool> there)
    {
        var needed = new HashSet<string>(tiles.Select(x => x.Name));
        var later = new List<Operation>();
        foreach (Operation operation in program.Operations.Reverse().Where(x => needed.Contains(x.Result.Name) && !there(x.Result.Name)))
        {
            later.Add(operation);
            needed.UnionWith(operation.Reads.Select(x => x.Name));
        }

        later.Reverse();
        return later;
    }
}
