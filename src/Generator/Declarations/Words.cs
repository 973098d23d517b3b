namespace AttentionDsl.Generator;

/// <summary>How messages call roles and granularities: by the names that a declaration is written with.</summary>
internal static class Words
{
    /// <summary>A role as its attribute, such as <c>[LogDecay]</c>.</summary>
    public static string Attribute(this Role role) => $"[{role}]";

    /// <summary>A granularity as its operand type.</summary>
    public static string Operand(this Channels channels) => channels switch
    {
        Channels.Key => "KeyVector",
        Channels.Value => "ValueVector",
        _ => "Scalar",
    };

    /// <summary>An input's name as a gate's parameter: the first letter in lower case.</summary>
    public static string Lower(string name) => name.Length == 0 ? name : char.ToLowerInvariant(name[0]) + name.Substring(1);

    /// <summary>A parameter's name as a tensor: the first letter in upper case.</summary>
    public static string Capital(string name) => name.Length == 0 ? name : char.ToUpperInvariant(name[0]) + name.Substring(1);

    /// <summary>Names in a sentence: <c>A, B or C</c>.</summary>
    public static string Or(IEnumerable<string> names)
    {
        string[] all = names.ToArray();
        return all.Length < 2 ? string.Concat(all) : $"{string.Join(", ", all.Take(all.Length - 1))} or {all[all.Length - 1]}";
    }
}
