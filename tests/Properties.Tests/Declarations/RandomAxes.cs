using CsCheck;

namespace AttentionDsl.Properties.Tests;

/// <summary>Random declarations.</summary>
internal static class RandomAxes
{
    /// <summary>Any choice on every axis: some exclude each other.</summary>
    public static readonly Gen<Axes> Any =
        from keyDecay in Gen.Enum<KeyDecay>()
        from rule in Gen.Enum<Rule>()
        from read in Gen.Frequency((3, Gen.Const(Read.AfterWrite)), (1, Gen.Const(Read.BeforeWrite)), (1, Gen.Const(Read.BeforeWriteWithBonus)))
        from output in Gen.Frequency((2, Gen.Const(Output.Plain)), (1, Gen.Const(Output.Skip)), (1, Gen.Const(Output.Gated)), (1, Gen.Const(Output.Normalized)))
        from flags in Gen.Bool.Array[10]
        from updates in Gen.Frequency((3, Gen.Const(false)), (1, Gen.Const(true)))
        select new Axes
        {
            KeyDecay = keyDecay,
            Rule = rule,
            Read = read,
            Output = output,
            SeveralUpdates = updates,
            ValueDecay = flags[0] && flags[1],
            DecayGate = flags[2],
            EraseBeforeDecay = flags[3],
            StrengthGate = flags[4],
            GatesPerChannel = flags[5],
            NormalizeQuery = flags[6],
            NormalizeKey = flags[7],
            FeatureMap = flags[8],
            ValueGate = flags[9] && flags[0],
            ScaleOfOne = flags[8] && flags[1],
        };

    /// <summary>Choices that go together.</summary>
    public static readonly Gen<Axes> Legal = Any.Select(x => x.Legal());
}
