using System.Globalization;
using System.Text.RegularExpressions;
using ILGPU.Runtime.Cuda;

namespace AttentionDsl.Runtime;

/// <summary>The text of a kernel.</summary>
internal static partial class PtxText
{
    /// <summary>
    /// The text with the numbers in its names counted from 0. ILGPU counts over all that a process compiles, several kernels at once: the driver, which keeps device
    /// code by the text it was made of, would know no kernel again.
    /// </summary>
    /// <param name="ptx">As ILGPU writes it.</param>
    public static string Renumbered(string ptx)
    {
        var numbers = new Dictionary<string, string>();
        int names = ptx.IndexOf(".address_size", StringComparison.Ordinal);
        return string.Concat(ptx.AsSpan(0, names), Numbers().Replace(ptx[names..], x =>
        {
            if (!numbers.TryGetValue(x.Value, out string? number))
            {
                numbers.Add(x.Value, number = string.Create(CultureInfo.InvariantCulture, $"_{numbers.Count}"));
            }

            return number;
        }));
    }

    /// <summary>
    /// The text for an architecture, of which ILGPU names an older one: instructions of later ones are ours, some of 9.0 alone. Shared memory begins where the tensor cores
    /// of 9.0 want it to, and only a kernel in which they read it themselves makes what threads write known to them.
    /// </summary>
    /// <param name="ptx">As ILGPU writes it.</param>
    /// <param name="architecture">The card's.</param>
    public static string For(string ptx, CudaArchitecture architecture)
    {
        string text = Target().Replace(ptx, string.Create(CultureInfo.InvariantCulture, $".target sm_{architecture.Major}{architecture.Minor}{(architecture == CudaArchitecture.SM_90 ? "a" : "")}"), 1)
            .Replace(".extern .shared .align 4 ", ".extern .shared .align 1024 ", StringComparison.Ordinal);
        return text.Contains(PtxStrip.ReadsShared, StringComparison.Ordinal) ? text : text.Replace(PtxStrip.Await, "", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\.target sm_\d+", RegexOptions.CultureInvariant)]
    private static partial Regex Target();

    [GeneratedRegex(@"_\d+\b", RegexOptions.CultureInvariant)]
    private static partial Regex Numbers();
}
