using Microsoft.CodeAnalysis.CSharp;

namespace AttentionDsl.Generator;

/// <summary>The public members of a declaration with an error: they throw its message, so that callers compile and the editor shows one error and not forty.</summary>
internal static class ErrorFile
{
    public static string Text(Declaration declaration) => SourceFile.Text(declaration, $"{declaration.Name} has an error; nothing was generated but members that say so.", writer =>
    {
        string fail = $"throw new InvalidOperationException({SymbolDisplay.FormatLiteral(declaration.Error, quote: true)})";
        writer.Open(declaration.Head);
        foreach (string member in new[]
        {
            "static IVariant Variant", "dynamic Forward(params object?[] arguments)", "dynamic Backward(params object?[] arguments)", "Tensor Decode(params object?[] arguments)",
        })
        {
            writer.Doc("summary", declaration.Error);
            writer.Line($"public {member} => {fail};");
            writer.Line();
        }

        writer.Doc("summary", declaration.Error);
        writer.Open("public sealed class Parameters");
        writer.Doc("summary", declaration.Error);
        writer.Line($"public Parameters(params object?[] arguments) => {fail};");
        writer.Close();
        writer.Close();
    });
}
