namespace AttentionDsl.Properties.Tests;

/// <summary>What is decayed along the keys.</summary>
internal enum KeyDecay
{
    None,
    Constant,
    PerHead,
    PerKey,

    /// <summary>Per key channel, and the key is what the decay leaves over (HGRN2).</summary>
    PerKeyWithComplementaryKey,
}

/// <summary>How a token writes.</summary>
internal enum Rule
{
    Hebbian,
    HebbianWithStrength,
    HebbianWithWriteGate,
    Delta,
    DeltaWithoutStrength,
    DeltaWithGates,
    DeltaWithEraseKey,
    DeltaOnValues,
    RankOne,
}

/// <summary>What the query reads.</summary>
internal enum Read
{
    AfterWrite,
    BeforeWrite,
    BeforeWriteWithBonus,
}

/// <summary>What happens to what was read.</summary>
internal enum Output
{
    Plain,
    Skip,
    Gated,
    Normalized,
}

/// <summary>One declaration as a choice on every axis.</summary>
internal sealed record Axes
{
    public KeyDecay KeyDecay { get; init; }

    public bool ValueDecay { get; init; }

    /// <summary>True: decays come out of a gate with learned parameters.</summary>
    public bool DecayGate { get; init; }

    public Rule Rule { get; init; }

    public bool EraseBeforeDecay { get; init; }

    /// <summary>True: strengths come out of a sigmoid.</summary>
    public bool StrengthGate { get; init; }

    /// <summary>Gates of <see cref="Rule.DeltaWithGates"/> and <see cref="Rule.HebbianWithWriteGate"/>: a number a channel, or a number a head.</summary>
    public bool GatesPerChannel { get; init; }

    public Read Read { get; init; }

    public bool SeveralUpdates { get; init; }

    public bool NormalizeQuery { get; init; }

    public bool NormalizeKey { get; init; }

    public bool FeatureMap { get; init; }

    public bool ValueGate { get; init; }

    public Output Output { get; init; }

    public bool ScaleOfOne { get; init; }

    private bool IsDelta => Rule is Rule.Delta or Rule.DeltaWithoutStrength or Rule.DeltaWithGates or Rule.DeltaWithEraseKey or Rule.DeltaOnValues;

    /// <summary>The nearest legal declaration: what excludes each other is resolved in favour of the rule.</summary>
    public Axes Legal()
    {
        bool onValues = Rule == Rule.DeltaOnValues;
        Axes x = this;
        if (x.SeveralUpdates)
        {
            // A general transition and a read before the write belong to a token's one update, and so does a key made from its decay;
            // the decay comes before the first update, and gates of a token's own rows cannot read those of its updates.
            x = x with
            {
                Rule = x.Rule == Rule.RankOne ? Rule.Delta : x.Rule,
                Read = Read.AfterWrite,
                KeyDecay = x.KeyDecay == KeyDecay.PerKeyWithComplementaryKey ? KeyDecay.PerKey : x.KeyDecay,
                EraseBeforeDecay = false,
                Output = x.Output == Output.Skip ? Output.Plain : x.Output,
                ValueGate = false,
            };
        }

        // An erase before the decay, and a decay along the other side: one triangular system a channel.
        bool early = (x.IsDelta && x.EraseBeforeDecay) || x.Rule == Rule.RankOne;
        bool perKey = x.KeyDecay is KeyDecay.PerKey or KeyDecay.PerKeyWithComplementaryKey;
        x = x with
        {
            EraseBeforeDecay = x.IsDelta && x.EraseBeforeDecay,
            ValueDecay = x.ValueDecay && !(early && !onValues),
            KeyDecay = early && onValues && perKey ? KeyDecay.PerHead : x.KeyDecay,
        };

        // The delta rule keeps the state bounded only with keys of length 1 at most: they come so, or are made so.
        bool bounded = x.IsDelta || x.Rule == Rule.RankOne;
        bool normalizer = !bounded && !x.ValueDecay && x.Read != Read.BeforeWriteWithBonus;
        return x with
        {
            FeatureMap = x.FeatureMap && !bounded,
            KeyDecay = x.KeyDecay == KeyDecay.PerKeyWithComplementaryKey && bounded ? KeyDecay.PerKey : x.KeyDecay,
            Read = x.Read == Read.BeforeWriteWithBonus && onValues ? Read.BeforeWrite : x.Read,
            Output = x.Output == Output.Normalized && !normalizer ? Output.Gated : x.Output,
        };
    }
}
