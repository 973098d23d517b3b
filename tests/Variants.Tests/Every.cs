namespace AttentionDsl.Variants.Tests;

/// <summary>The variants of the catalogue, as theory data.</summary>
public static class Every
{
    private static readonly Dictionary<string, IVariant> ByName = Catalog.All.ToDictionary(x => x.Description.Name);

    /// <summary>Names of all variants.</summary>
    public static TheoryData<string> Variant { get; } = [.. ByName.Keys];

    /// <summary>A variant by its name.</summary>
    public static IVariant Named(string name) => ByName[name];
}
