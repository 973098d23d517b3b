using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace AttentionDsl.Generator;

/// <summary>
/// Writes the kernels of every record marked [RecurrentAttention]. One step reads a declaration into a value-equal model; everything after
/// it is a pure function of that model, so an edit elsewhere writes nothing anew, and a gate that is only written differently leaves the kernels.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class AttentionGenerator : IIncrementalGenerator
{
    /// <summary>The tracked step whose outputs are the declarations as written.</summary>
    internal const string DeclarationStep = "Declarations";

    /// <summary>The tracked step whose outputs are what kernels depend on: the declarations without their texts and hints.</summary>
    internal const string KernelStep = "Kernels";

    /// <summary>All steps that are the generator's own.</summary>
    internal static readonly string[] Steps = [DeclarationStep, KernelStep];

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<Declaration> declarations = context.SyntaxProvider
            .ForAttributeWithMetadataName(AttributeReading.Marker, static (_, _) => true, static (syntax, cancel) => DeclarationParser.Parse(syntax, cancel).Declaration)
            .Where(static x => x is not null)
            .Select(static (x, _) => x!)
            .WithTrackingName(DeclarationStep);
        context.RegisterSourceOutput(declarations, static (output, x) => Add(output, DeclarationFile.Of(x)));

        IncrementalValuesProvider<Declaration> kernels = declarations.Select(static (x, _) => x with { Text = "", KeyChannels = 0, ValueChannels = 0 }).WithTrackingName(KernelStep);
        context.RegisterSourceOutput(kernels, static (output, x) => Add(output, GeneratedFiles.Of(x)));
    }

    private static void Add(SourceProductionContext output, IEnumerable<(string Name, string Text)> files)
    {
        foreach ((string name, string text) in files)
        {
            output.CancellationToken.ThrowIfCancellationRequested();
            output.AddSource(name, SourceText.From(text, Encoding.UTF8));
        }
    }
}
