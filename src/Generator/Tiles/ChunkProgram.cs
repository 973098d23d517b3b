namespace AttentionDsl.Generator;

/// <summary>
/// The chunk-parallel form of a state update: what a chunk of tokens does to the state and reads from it, in matrix products.
/// With G the cumulative log decay, E the decay an erase has seen, Q the decay a read has seen, c the erase vector:
/// P = q k^T exp(Q - G) causal, L = c k^T exp(E - G) strictly causal, U = (I + L)^-1 (vw - (c exp E) S),
/// o = (q exp Q) S + P U, S' = exp(G_C) S + (k exp(G_C - G))^T U.
/// (Where many chunks are computed at once, <see cref="InverseForm"/> inverts the systems before the state is known.)
/// </summary>
internal sealed class ChunkProgram
{
    private readonly StateUpdate update;
    private readonly ProgramBuilder builder;
    private readonly WriteRule rule;
    private readonly ChunkDecay? decay;
    private readonly ChunkDecay? valueDecay;
    private readonly Dim writes;

    private ChunkProgram(StateUpdate update)
    {
        this.update = update;
        builder = new ProgramBuilder(update, chunk: true);
        builder.Of(update.Query);
        rule = WriteRule.From(update, builder);
        decay = ChunkDecay.From(update, update.KeyDecay, builder);
        valueDecay = ChunkDecay.From(update, update.ValueDecay, builder);
        writes = builder.Rows(update.Key.PerUpdate);
    }

    private Tile State => builder.State;

    public static TileProgram From(StateUpdate update) => new ChunkProgram(update).Build();

    private static Expr N(Tile tile) => ProgramBuilder.Name(tile);

    private TileProgram Build()
    {
        Tile u = rule.Written;
        Tile? z = null;
        if (rule.Erase is Tile c)
        {
            Tile lower = EraseGram("L", c, rule.Key, "c", "k");
            u = FromStateAndWrites("U", rule.Written, "c", c, lower, "L", negative: true);
        }
        else if (rule.Read is Tile a)
        {
            // z = S^T a for every token: (I - A_b) Z = (a exp E) S + A_k vw, with A_b = a b^T and A_k = a k^T, strictly causal.
            Tile minus = builder.Map("c", writes, Dim.Key, -N(a));
            Tile gramB = EraseGram("Lb", minus, rule.Write!, "c", "b"), gramK = EraseGram("Ak", a, rule.Key, "a", "k");
            Tile own = builder.Add(new Sum(
                new Tile("AkV", writes, builder.StateColumns), Pairs(gramK, rule.Written, valueDecay?.AtErase, Causal.Strict).ToEquatableArray(), $"AkV = Ak {rule.Written.Name}"));
            z = FromStateAndWrites("Z", own, "a", a, gramB, "Lb", negative: false);
        }

        Tile output = OutputGate.Apply(update, builder, update.Swapped ? ReadKeys(u) : ReadValues(u, z));
        return builder.Program(NextState(u, z), output, perUpdate: false);
    }

    private Tile Scaled(string name, Tile x, Tile exponent, string equation) =>
        builder.Map(name, x.Rows, x.Columns, N(x) * Expr.Exp(N(exponent)), equation);

    /// <summary>sum over channels of l_i r_j exp(E_i - G_j) for j before i.</summary>
    private Tile EraseGram(string name, Tile l, Tile r, string left, string right) => GramOf(name, l, r, decay?.AtErase, Causal.Strict, writes, left, right, "j < i");

    private Tile GramOf(string name, Tile l, Tile r, Tile? e, Causal causal, Dim rows, string left, string right, string pairs)
    {
        var result = new Tile(name, rows, writes);
        if (e is null)
        {
            return builder.Add(new Gram(result, l, r, null, null, causal, $"{name}_ij = {left}_i . {right}_j for {pairs}"));
        }

        if (decay!.PerHead)
        {
            Tile plain = builder.Add(new Gram(new Tile(name + "Plain", rows, writes), l, r, null, null, causal, $"{name}_ij = {left}_i . {right}_j for {pairs}"));
            return builder.Add(new DecayPairs(result, plain, e, decay.AtWrites, causal, $"{name}_ij *= exp({e.Name}_i - {decay.AtWrites.Name}_j), masked before the exponential"));
        }

        return builder.Add(new Gram(result, l, r, e, decay.AtWrites, causal, $"{name}_ij = sum_d {left}_id {right}_jd exp({e.Name}_id - {decay.AtWrites.Name}_jd) for {pairs}"));
    }

    /// <summary>R = (I + L)^-1 (own +- (x exp E) S).</summary>
    private Tile FromStateAndWrites(string name, Tile own, string vector, Tile x, Tile lower, string lowerName, bool negative)
    {
        Tile hat = decay is null ? x : Scaled(vector + "Hat", x, decay.AtErase, $"{vector}Hat = {vector} exp({decay.AtErase.Name})");
        string sign = negative ? "-" : "+";
        if (valueDecay is null)
        {
            Tile right = builder.Add(new Sum(
                new Tile(name + "Right", writes, builder.StateColumns),
                EquatableArray.Of(new Term(TermKind.Tile, false, own), new Term(TermKind.Product, negative, hat, State)),
                $"{name}Right = {own.Name} {sign} {hat.Name} S"));
            return Solve(name, lower, right, lowerName);
        }

        // Both sides of the system decay alike: the columns' decay comes after the solve, R = R0 +- exp(Gv) W S with W = (I + L)^-1 (x exp E).
        Tile solved = Solve(name + "0", lower, own, lowerName);
        Tile w = builder.Add(new Solve(new Tile("W", writes, Dim.Key), lower, hat, null, $"W = (I + {lowerName})^-1 {hat.Name}"));
        Tile plain = builder.Add(new Sum(new Tile("WS", writes, builder.StateColumns), EquatableArray.Of(new Term(TermKind.Product, false, w, State)), "WS = W S"));
        var fromState = new Term(TermKind.Tile, negative, Scaled("WSDecayed", plain, valueDecay.AtErase, $"WSDecayed = exp({valueDecay.AtErase.Name}) * WS"));
        return builder.Add(new Sum(
            new Tile(name, writes, builder.StateColumns), EquatableArray.Of(new Term(TermKind.Tile, false, solved), fromState), $"{name} = {solved.Name} {sign} WSDecayed"));
    }

    /// <summary>sum over j of p_ij x_j, with the decay of the columns where there is one.</summary>
    private IEnumerable<Term> Pairs(Tile p, Tile x, Tile? seen, Causal causal) => seen is null
        ? [new Term(TermKind.Product, false, p, x, Causal: causal)]
        : [new Term(TermKind.DecayedProduct, false, p, x, seen, valueDecay!.AtWrites, causal)];

    private Tile Solve(string name, Tile l, Tile right, string lower) => builder.Add(new Solve(
        new Tile(name, writes, builder.StateColumns), l, right, valueDecay?.AtWrites, valueDecay is null ? $"{name} = (I + {lower})^-1 {right.Name}" : $"{name}_iv + sum_j {lower}_ij exp(Gv_iv - Gv_jv) {name}_jv = {right.Name}_iv, v by v"));

    /// <summary>S' = exp(G_C) S + (k exp(G_C - G))^T U.</summary>
    private Tile NextState(Tile u, Tile? z)
    {
        Expr kept = N(State);
        string text = "S";
        if (decay is not null)
        {
            Tile column = decay.PerHead
                ? decay.Last
                : builder.Unary(UnaryKind.Transpose, "gKept", Dim.Key, Dim.One, decay.Last, "gKept = GLast as a column");
            kept = Expr.Exp(N(column)) * kept;
            text = "exp(GLast) " + text;
        }

        if (valueDecay is not null)
        {
            kept = kept * Expr.Exp(N(valueDecay.Last));
            text += " exp(GvLast)";
        }

        Tile carried = kept == N(State) ? State : builder.Map("SKept", Dim.Key, builder.StateColumns, kept, $"SNext = {text}");
        var terms = new List<Term> { new(TermKind.Tile, false, carried) };
        AddWrite(terms, "k", rule.Key, u, "U");
        if (z is not null)
        {
            AddWrite(terms, "b", rule.Write!, z, "Z");
        }

        return builder.Add(new Sum(new Tile("SNext", Dim.Key, builder.StateColumns), terms.ToEquatableArray(), $"SNext += {string.Join(" + ", terms.Skip(1).Select(x => $"{x.A.Name}^T {x.B!.Name}"))}"));
    }

    private void AddWrite(List<Term> terms, string name, Tile k, Tile u, string written)
    {
        Tile left = decay is null ? k : builder.Map(
            name + "Left", writes, Dim.Key, N(k) * Expr.Exp(N(decay.Last) - N(decay.AtWrites)), $"{name}Left = {name} exp(GLast - {decay.AtWrites.Name}): what is left of it at the end of the chunk");
        Tile right = valueDecay is null ? u : builder.Map(
            written + "Left", writes, Dim.Value, N(u) * Expr.Exp(N(valueDecay.Last) - N(valueDecay.AtWrites)), $"{written}Left = {written} exp(GvLast - Gv)");
        terms.Add(new Term(TermKind.TransposedProduct, false, left, right));
    }

    /// <summary>o = (q exp Q) S + P U: the state answers to a key.</summary>
    private Tile ReadValues(Tile u, Tile? z)
    {
        Tile q = builder.Of(update.Query);
        Causal causal = update.ReadBeforeWrite ? Causal.Strict : Causal.Inclusive;
        string pairs = causal == Causal.Strict ? "j < i" : "j <= i";
        Tile p = GramOf("P", q, rule.Key, decay?.AtReads, causal, Dim.Token, "q", "k", pairs);
        Tile qHat = decay is null ? q : Scaled("qHat", q, decay.AtReads, $"qHat = q exp({decay!.AtReads.Name})");
        var terms = new List<Term>();
        string text = $"{qHat.Name} S";
        if (valueDecay is null)
        {
            terms.Add(new Term(TermKind.Product, false, qHat, State));
        }
        else
        {
            Tile plain = builder.Add(new Sum(new Tile("qS", Dim.Token, Dim.Value), EquatableArray.Of(new Term(TermKind.Product, false, qHat, State)), $"qS = {qHat.Name} S"));
            terms.Add(new Term(TermKind.Tile, false, Scaled("qSDecayed", plain, valueDecay.AtReads, $"qSDecayed = exp({valueDecay!.AtReads.Name}) * qS")));
            text = "qSDecayed";
        }

        terms.AddRange(Pairs(p, u, valueDecay?.AtReads, causal));
        text += $" + P {u.Name}";
        if (z is not null)
        {
            Tile pb = GramOf("Pb", q, rule.Write!, decay?.AtReads, causal, Dim.Token, "q", "b", pairs);
            terms.AddRange(Pairs(pb, z, valueDecay?.AtReads, causal));
            text += " + Pb Z";
        }

        if (Current(q) is Tile current)
        {
            terms.Add(new Term(TermKind.Tile, false, current));
            text += " + (q . u k) vw";
        }

        return builder.Add(new Sum(new Tile(OutputGate.ReadName(update), Dim.Token, builder.StateColumns), terms.ToEquatableArray(), $"{OutputGate.ReadName(update)} = {text}"));
    }

    /// <summary>o = exp Q * (q S^T) + (q U^T) k: the state answers to a value (the erase works on the value side).</summary>
    private Tile ReadKeys(Tile u)
    {
        Tile q = builder.Of(update.Query);
        Causal causal = update.ReadBeforeWrite ? Causal.Strict : Causal.Inclusive;
        string pairs = causal == Causal.Strict ? "j < i" : "j <= i";
        Tile qHat = valueDecay is null ? q : Scaled("qHat", q, valueDecay.AtReads, $"qHat = q exp({valueDecay!.AtReads.Name})");
        Tile qS = builder.Add(new Sum(new Tile("qS", Dim.Token, Dim.Key), EquatableArray.Of(new Term(TermKind.ProductTransposed, false, qHat, State)), $"qS = {qHat.Name} S^T"));
        Tile fromState = decay is null ? qS : Scaled("qSDecayed", qS, decay.AtReads, $"qSDecayed = exp({decay!.AtReads.Name}) * qS");

        bool perHead = decay is { PerHead: true };
        Tile p = builder.Add(new Gram(new Tile(perHead ? "PPlain" : "P", Dim.Token, writes), q, u, valueDecay?.AtReads, valueDecay?.AtWrites, causal, $"P_ij = q_i . U_j for {pairs}"));
        if (perHead)
        {
            p = builder.Add(new DecayPairs(
                new Tile("P", Dim.Token, writes), p, decay!.AtReads, decay.AtWrites, causal, $"P_ij *= exp({decay.AtReads.Name}_i - {decay.AtWrites.Name}_j), masked before the exponential"));
        }

        Term written = decay is null || perHead
            ? new Term(TermKind.Product, false, p, rule.Key, Causal: causal)
            : new Term(TermKind.DecayedProduct, false, p, rule.Key, decay.AtReads, decay.AtWrites, causal);
        return builder.Add(new Sum(
            new Tile(OutputGate.ReadName(update), Dim.Token, Dim.Key), EquatableArray.Of(new Term(TermKind.Tile, false, fromState), written), $"{OutputGate.ReadName(update)} = {fromState.Name} + P k"));
    }

    /// <summary>(q . u k) vw: the current token's own write, where the read comes before it.</summary>
    private Tile? Current(Tile q)
    {
        if (update.Bonus is not Quantity bonus)
        {
            return null;
        }

        Tile products = builder.Map("qku", Dim.Token, Dim.Key, N(q) * N(builder.Of(bonus)) * N(rule.Key));
        Tile own = builder.Unary(UnaryKind.RowSum, "own", Dim.Token, Dim.One, products, "own_i = q_i . (u k_i)");
        return builder.Map("current", Dim.Token, Dim.Value, N(own) * N(rule.Written));
    }
}
