using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace AttentionDsl.Generator;

/// <summary>
/// Writes the kernels of every record marked [RecurrentAttention]. One step reads a declaration into a value-equal model; everything after
/// it is a pure function of that model, so an edit elsewhere writes nothing anew.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class AttentionGenerator : IIncrementalGenerator
{
    /// <summary>The tracked step whose outputs are the declarations.</summary>
    internal const string DeclarationStep = "Declarations";

    private const string Attribute = "AttentionDsl.RecurrentAttentionAttribute";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<Declaration> declarations = context.SyntaxProvider
            .ForAttributeWithMetadataName(Attribute, static (_, _) => true, static (syntax, cancel) => DeclarationParser.Parse(syntax, cancel).Declaration)
            .Where(static x => x is not null)
            .Select(static (x, _) => x!)
            .WithTrackingName(DeclarationStep);

        context.RegisterSourceOutput(declarations, static (output, declaration) =>
        {
            foreach ((string name, string text) in GeneratedFiles.Of(declaration))
            {
                output.CancellationToken.ThrowIfCancellationRequested();
                output.AddSource(name, SourceText.From(text, Encoding.UTF8));
            }
        });
    }
}
