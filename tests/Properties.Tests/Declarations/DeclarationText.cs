namespace AttentionDsl.Properties.Tests;

/// <summary>Writes axes as a researcher writes a declaration.</summary>
internal static class DeclarationText
{
    public static string Of(Axes axes, string name)
    {
        bool hasStrength = axes.Rule is Rule.HebbianWithStrength or Rule.Delta or Rule.DeltaWithEraseKey or Rule.DeltaOnValues;
        string delta = axes.Rule is Rule.Delta or Rule.DeltaWithoutStrength or Rule.DeltaWithGates or Rule.DeltaWithEraseKey or Rule.DeltaOnValues ? Delta(axes) : "";
        bool derivedKey = axes.KeyDecay == KeyDecay.PerKeyWithComplementaryKey;

        List<string> inputs = [$"[Query{Normalize(axes.NormalizeQuery)}] KeyVector Q"];
        List<string> gates = [];
        if (!derivedKey)
        {
            inputs.Add($"[Key{Normalize(axes.NormalizeKey)}] KeyVector K");
        }

        inputs.Add("[Value] ValueVector V");
        switch (axes.KeyDecay)
        {
            case KeyDecay.Constant:
                gates.Add("[LogDecay] private static float Constant([HeadIndex] float head, [HeadCount] float heads) => -(1 + head) / (4 * heads);");
                break;
            case KeyDecay.PerHead:
                inputs.Add("[LogDecay] Scalar G");
                AddDecayGate("G", "[PerHead]");
                break;
            case KeyDecay.PerKey:
                inputs.Add("[LogDecay] KeyVector G");
                AddDecayGate("G", "[PerKeyChannel]");
                break;
            case KeyDecay.PerKeyWithComplementaryKey:
                inputs.Add("[LogDecay] KeyVector G");
                gates.Add("[Key] private static float Complement(float g) => 1 - Exp(g);");
                break;
        }

        if (axes.ValueDecay)
        {
            inputs.Add("[LogDecay] ValueVector Gv");
            AddDecayGate("Gv", "[PerValueChannel]");
        }

        if (hasStrength)
        {
            inputs.Add($"[WriteStrength{(delta.Length == 0 ? "" : ", " + delta)}] Scalar Beta");
            if (axes.StrengthGate)
            {
                gates.Add("[Gate(nameof(Beta))] private static float Strength(float beta) => Sigmoid(beta);");
            }
        }

        switch (axes.Rule)
        {
            case Rule.HebbianWithWriteGate:
                inputs.Add($"[WriteGate] {(axes.GatesPerChannel ? "ValueVector" : "Scalar")} W");
                break;
            case Rule.DeltaWithGates:
                inputs.Add($"[EraseGate] {(axes.GatesPerChannel ? "KeyVector" : "Scalar")} B");
                inputs.Add($"[WriteGate] {(axes.GatesPerChannel ? "ValueVector" : "Scalar")} W");
                break;
            case Rule.DeltaWithEraseKey:
                inputs.Add($"[EraseKey{Normalize(axes.NormalizeKey)}] KeyVector P");
                break;
            case Rule.RankOne:
                inputs.Add("[TransitionRead] KeyVector A");
                inputs.Add("[TransitionWrite] KeyVector B");
                break;
        }

        if (axes.Read == Read.BeforeWriteWithBonus)
        {
            gates.Add("[Bonus] private static float Bonus([PerKeyChannel] float u) => u;");
        }

        if (axes.FeatureMap)
        {
            gates.Add("[Gate(nameof(Q))] private static float QueryFeature(float q) => Elu(q) + 1;");
            if (!derivedKey)
            {
                gates.Add("[Gate(nameof(K))] private static float KeyFeature(float k) => Silu(k);");
            }
        }

        if (axes.ValueGate)
        {
            inputs.Add("Scalar X");
            gates.Add("[Gate(nameof(V))] private static float Gated(float v, float x, [PerValueChannel] float valueBias) => v * Sigmoid(x + valueBias);");
        }

        switch (axes.Output)
        {
            case Output.Skip:
                gates.Add("[Output] private static float Skip(float o, float v, [PerHead] float d) => o + d * v;");
                break;
            case Output.Gated:
                inputs.Add("ValueVector Z");
                gates.Add("[Output] private static float Gate(float o, float z) => o * Silu(z);");
                break;
            case Output.Normalized:
                gates.Add("[Output] private static float Divide(float o, [Normalizer] float n) => o / Max(Abs(n), 1);");
                break;
        }

        List<string> settings = [];
        if (axes.SeveralUpdates)
        {
            settings.Add("SeveralUpdates = true");
        }

        if (axes.Read != Read.AfterWrite)
        {
            settings.Add("ReadBeforeWrite = true");
        }

        if (axes.ScaleOfOne)
        {
            settings.Add("Scale = 1");
        }

        string onRecord = delta.Length > 0 && !hasStrength ? $"[{delta}]\n" : "";
        string head = $"[RecurrentAttention{(settings.Count == 0 ? "" : $"({string.Join(", ", settings)})")}]\n{onRecord}public partial record {name}(\n    {string.Join(",\n    ", inputs)})";
        return gates.Count == 0 ? head + ";" : $"{head}\n{{\n    {string.Join("\n    ", gates)}\n}}";

        void AddDecayGate(string input, string channels)
        {
            if (axes.DecayGate)
            {
                string parameter = char.ToLowerInvariant(input[0]) + input[1..];
                gates.Add($"[Gate(nameof({input}))] private static float Decay{input}(float {parameter}, [PerHead] float aLog, {channels} float bias{input}) => -Exp(aLog) * Softplus({parameter} + bias{input});");
            }
        }
    }

    private static string Normalize(bool normalize) => normalize ? "(L2Normalize = true)" : "";

    private static string Delta(Axes axes)
    {
        List<string> settings = [];
        if (axes.EraseBeforeDecay)
        {
            settings.Add("EraseBeforeDecay = true");
        }

        if (axes.Rule == Rule.DeltaOnValues)
        {
            settings.Add("Side = StateSide.Value");
        }

        return settings.Count == 0 ? "DeltaRule" : $"DeltaRule({string.Join(", ", settings)})";
    }
}
