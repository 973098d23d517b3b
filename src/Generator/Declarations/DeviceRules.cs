namespace AttentionDsl.Generator;

/// <summary>What a declaration costs on a device at the head sizes that it says it is meant for.</summary>
internal static class DeviceRules
{
    /// <summary>Bytes of shared memory that a group can have on NVIDIA devices of compute capability 9.0.</summary>
    internal const int SharedBytes = 227 << 10;

    /// <summary>Value columns that a group works on where columns evolve independently.</summary>
    internal const int NarrowColumns = 64;

    public static IEnumerable<Problem> Check(Declaration d)
    {
        if (d.KeyChannels < 0 || d.ValueChannels < 0)
        {
            bool key = d.KeyChannels < 0;
            yield return Problem.At(
                "ATTN018", "", $"RecurrentAttention.{(key ? "KeyChannels" : "ValueChannels")}", $"{(key ? d.KeyChannels : d.ValueChannels)}", d.Name, "give a number of channels such as 128, or leave it out");
        }

        bool normalizer = d.Gates.Any(x => x.Parameters.Any(p => p.Kind == GateParameterKind.Normalizer));
        bool whole = normalizer || d.ValueSide;
        long columns = (whole ? d.ValueChannels : Math.Min(d.ValueChannels, NarrowColumns)) + (normalizer ? 1 : 0);
        long row = Math.Max(0, d.KeyChannels) * (long)sizeof(float), bytes = row * columns;
        if (d.KeyChannels > 0 && d.ValueChannels > 0 && bytes > SharedBytes)
        {
            long fit = (SharedBytes / row) - (normalizer ? 1 : 0);
            string why = normalizer ? "the normaliser is read with all columns" : d.ValueSide ? "the erase reads all columns" : $"a group works on {columns} columns at a time";
            yield return Problem.At(
                "ATTN050", "", d.Name, $"{d.KeyChannels}", $"{d.ValueChannels}", $"{d.KeyChannels} x {columns} x 4 = {bytes}", why, $"{SharedBytes}",
                fit >= 1 ? $"{fit} value channels or fewer fit: divide the values among more heads" : "fewer key channels fit");
        }
    }
}
