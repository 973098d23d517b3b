using Microsoft.CodeAnalysis.CSharp;

namespace AttentionDsl.Generator;

/// <summary>The declaration as data, for the runtime's checks and for programs that show it.</summary>
internal static class DescriptionText
{
    public static void Write(Variant variant, SourceWriter writer)
    {
        Declaration declaration = variant.Declaration;
        StateUpdate update = variant.Update;
        writer.Line("/// <inheritdoc/>");
        writer.Line("public static VariantDescription Description { get; } = new VariantDescription");
        writer.Open();
        writer.Line($"Name = {Quote(declaration.Name)},");
        WriteList(writer, "Inputs", "InputDescription", variant.Inputs.Select(x =>
            $"new({Quote(x.Field.TrimStart('@'))}, {Quote(x.Role)}, Channels.{Caller(update, x.Channels)}, {Bool(x.PerUpdate)}){Gated(declaration, x)}"));
        WriteList(writer, "Parameters", "ParameterDescription", variant.Parameters.Select(x =>
            $"new({Quote(x.Field)}, Channels.{Caller(update, x.Channels)}, {Bool(x.Learned)})"));
        writer.Line($"Recurrence = {Quote(Recurrence.Equations(update))},");
        writer.Line($"Algorithm = {Quote(Recurrence.Algorithm(update))},");
        writer.Line($"Axes = {Quote(Recurrence.Axes(update))},");
        writer.Line("DeclaredLines = DeclaredLines,");
        writer.Line("Declaration = DeclaredText,");
        writer.Line($"DefaultScale = {(double.IsNaN(declaration.Scale) ? "float.NaN" : ExprPrinter.Literal(declaration.Scale) + "f")},");
        writer.Line($"SeveralUpdates = {Bool(update.SeveralUpdates)},");
        writer.Line($"ColumnsAreIndependent = {Bool(update.ColumnsAreIndependent)},");
        writer.Line($"CarriesOverSegments = {Bool(update.CarriesOverSegments)},");
        writer.Line($"TransitionIsDiagonal = {Bool(update.TransitionIsDiagonal)},");
        writer.Line($"PreparesChunks = {Bool(variant.Passes.Prepare is not null)},");
        writer.Line($"ProjectsStates = {Bool(variant.Passes.ProjectsApart)},");
        writer.Line($"PairsDecayByChannel = {Bool(variant.Chunk.PairsDecayByChannel)},");
        writer.Line($"ReadsKeys = false,");
        writer.Line($"Normalizer = {Bool(update.Normalizer)},");
        WriteList(writer, "PublishedAs", "Publication", declaration.Publications.Select(x => $"new({Quote(x.Name)}, {Quote(x.Flags)}, {Quote(x.Tensors)})"));
        writer.Line("ForwardOperations = sizes =>");
        writer.Indented(() => writer.Lines(OperationCount.Text(variant.Chunk, new Dimensions(update.Swapped, Panel: false)) + ","));
        writer.Close("};");
    }

    private static void WriteList(SourceWriter writer, string name, string type, IEnumerable<string> items)
    {
        writer.Line($"{name} = System.Collections.Immutable.ImmutableArray.Create(new {type}[]");
        writer.Open();
        foreach (string item in items)
        {
            writer.Line(item + ",");
        }

        writer.Close("}),");
    }

    private static Channels Caller(StateUpdate update, Channels channels) => !update.Swapped ? channels : channels switch
    {
        Channels.Key => Channels.Value,
        Channels.Value => Channels.Key,
        _ => channels,
    };

    private static string Gated(Declaration declaration, Source input) =>
        declaration.Gates.Any(x => StateUpdateReader.Identifier(x.Target) == input.Field) ? " { Gated = true }" : "";

    private static string Quote(string text) => SymbolDisplay.FormatLiteral(text, quote: true);

    private static string Bool(bool value) => value ? "true" : "false";
}
