using AttentionDsl.Runtime;

namespace AttentionDsl.Gallery.Golden;

/// <summary>Finds the declaration a file of test vectors is about.</summary>
internal static class Known
{
    /// <summary>The variant that was published under the file's name and with exactly its flags; null if none was.</summary>
    public static (IVariant Variant, Publication Publication)? Find(IReadOnlyList<IVariant> variants, CaseMetadata metadata)
    {
        foreach (IVariant variant in variants)
        {
            foreach (Publication publication in variant.Description.PublishedAs)
            {
                if (publication.Name == metadata.Variant && metadata.Flags.SetEquals(Words(publication.Flags)))
                {
                    return (variant, publication);
                }
            }
        }

        return null;
    }

    /// <summary>Why a file has no declaration: what its variant was published with instead.</summary>
    public static string Missing(IReadOnlyList<IVariant> variants, CaseMetadata metadata)
    {
        string[] others = [.. variants.SelectMany(x => x.Description.PublishedAs).Where(x => x.Name == metadata.Variant).Select(x => x.Flags.Length == 0 ? "no flags" : string.Join(", ", Words(x.Flags)))];
        return others.Length == 0
            ? $"no declaration is published as {metadata}"
            : $"no declaration is published as {metadata}; {metadata.Variant} is with {string.Join("; or with ", others)}";
    }

    /// <summary>The words of a text that are separated by blanks.</summary>
    public static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
