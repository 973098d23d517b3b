using Microsoft.CodeAnalysis;

namespace AttentionDsl.Generator;

/// <content>What devices can hold.</content>
internal static partial class Descriptors
{
    public static readonly DiagnosticDescriptor StateTooLarge = new(
        "ATTN050",
        "The state is larger than a device's shared memory",
        "With {1} key and {2} value channels a group needs {3} bytes for the state of '{0}' ({4}), but a group has {5} bytes of shared memory on NVIDIA devices of compute capability 9.0: the state stands in the device's slower memory; {6}",
        "AttentionDsl.Devices",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN050.md");
}
