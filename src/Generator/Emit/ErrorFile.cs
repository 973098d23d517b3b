using Microsoft.CodeAnalysis.CSharp;

namespace AttentionDsl.Generator;

/// <summary>The public members of a declaration with an error: they throw its message, so that callers compile and the editor shows one error and not forty.</summary>
internal static class ErrorFile
{
    public static string Text(Declaration declaration) => SourceFile.Text(declaration, $"{declaration.Name} has an error; nothing was generated but members that say so.", writer =>
    {
        string fail = $"throw new InvalidOperationException({SymbolDisplay.FormatLiteral(declaration.Error, quote: true)})";
        void Member(string head)
        {
            writer.Doc("summary", declaration.Error);
            writer.Line($"{head} => {fail};");
        }

        void Members(string before, params string[] heads)
        {
            foreach (string head in heads)
            {
                Member(before + head);
                writer.Line();
            }
        }

        writer.Open(declaration.Head);
        Members("public ", "static IVariant Variant");

        // How many parameters the gates will have is not certain: callers may write either form.
        foreach (string first in new[] { "", "Parameters parameters, " })
        {
            Members("public ", [.. ApiFile.Members.Select(x => $"{x.Type} {x.Name}({first}{x.Arguments})")]);
        }

        writer.Doc("summary", declaration.Error);
        writer.Open("public sealed class Parameters");
        Members("public ", Fields(declaration).Select(x => $"Tensor {x}").ToArray());
        Member("public Parameters(params object?[] tensors)");
        writer.Close();
        writer.Line();
        writer.Doc("summary", declaration.Error);
        writer.Open("public sealed class Gradients : IDisposable");
        Members("public ", $"{declaration.Name} Inputs", "dynamic Parameters", "Tensor? InitialState");
        Member("public void Dispose()");
        writer.Close();
        writer.Close();
    }, SourceFile.TensorAlias);

    private static IEnumerable<string> Fields(Declaration declaration) => declaration.Gates.SelectMany(x => x.Parameters)
        .Where(x => x.Kind is not (GateParameterKind.Input or GateParameterKind.Readout)).Select(x => Words.Capital(x.Name)).Distinct();
}
