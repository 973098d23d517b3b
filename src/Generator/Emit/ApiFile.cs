namespace AttentionDsl.Generator;

/// <summary>The members a user calls: Forward, Backward and Decode on the record, whose instance is the bundle of input tensors.</summary>
internal static class ApiFile
{
    public static string Text(Variant variant) => variant.File(
        $"The public members of {variant.Declaration.Name}.",
        writer =>
        {
            Declaration declaration = variant.Declaration;
            string name = declaration.Name;
            bool parameters = variant.Parameters.Count != 0;
            string head = parameters ? "Parameters parameters, " : "", given = parameters ? "parameters.List()" : "[]";

            writer.Line("/// <remarks>");
            writer.Line("/// Generated from the declaration. Per head, with S the state (K x V) before and S' after the token:");
            writer.Doc("code", Recurrence.Equations(variant.Update));
            writer.Doc("para", $"Axes: {Recurrence.Axes(variant.Update)}.");
            foreach (string line in Recurrence.Algorithm(variant.Update).Split('\n'))
            {
                writer.Doc("para", line);
            }

            writer.Line("/// </remarks>");
            writer.Open(declaration.Head);
            writer.Doc("summary", "The variant: its description, its kernels on tensors given as lists, and the oracle.");
            writer.Line("public static Variant<Kernels> Variant { get; } = new Variant<Kernels>();");
            writer.Line();
            writer.Doc("summary", "The chunk-parallel form over whole sequences, with this instance as the inputs.");
            if (parameters)
            {
                writer.Line("/// <param name=\"parameters\">The parameters of the gates.</param>");
            }

            writer.Line("/// <param name=\"initialState\">Float32 [N, heads, K, V]; null: zero.</param>");
            writer.Line("/// <param name=\"options\">How to run; null: on the host.</param>");
            writer.Line("/// <returns>The output [B, T, heads, V] and the final state.</returns>");
            writer.Line("/// <exception cref=\"ArgumentException\">A tensor or option does not fit.</exception>");
            writer.Open($"public ForwardResult Forward({head}Tensor? initialState = null, RunOptions? options = null)");
            writer.Line($"return Variant.Forward(List(), {given}, initialState, options);");
            writer.Close();
            writer.Line();
            writer.Doc("summary", "The gradients of sum(output * outputGradient) + sum(finalState * finalStateGradient), in the chunk-parallel form.");
            if (parameters)
            {
                writer.Line("/// <param name=\"parameters\">The parameters of the gates.</param>");
            }

            writer.Line("/// <param name=\"outputGradient\">Of the output's shape.</param>");
            writer.Line("/// <param name=\"finalStateGradient\">Of the final state's shape; null: zero.</param>");
            writer.Line("/// <param name=\"initialState\">The initial state of the forward pass; null: zero, and no gradient for it.</param>");
            writer.Line("/// <param name=\"options\">How to run; null: on the host.</param>");
            writer.Line("/// <exception cref=\"ArgumentException\">A tensor or option does not fit.</exception>");
            writer.Open($"public Gradients Backward({head}Tensor outputGradient, Tensor? finalStateGradient = null, Tensor? initialState = null, RunOptions? options = null)");
            writer.Line($"return new Gradients(Variant.Backward(List(), {given}, outputGradient, finalStateGradient, initialState, options));");
            writer.Close();
            writer.Line();
            writer.Doc("summary", "The recurrent form: one or more tokens, the state updated in place.");
            if (parameters)
            {
                writer.Line("/// <param name=\"parameters\">The parameters of the gates.</param>");
            }

            writer.Line("/// <param name=\"state\">Float32 [N, heads, K, V], or a pool of states with <see cref=\"RunOptions.StateSlots\"/>.</param>");
            writer.Line("/// <param name=\"options\">How to run; null: on the host.</param>");
            writer.Line("/// <returns>The output [B, T, heads, V].</returns>");
            writer.Line("/// <exception cref=\"ArgumentException\">A tensor or option does not fit.</exception>");
            writer.Open($"public Tensor Decode({head}Tensor state, RunOptions? options = null)");
            writer.Line($"return Variant.Decode(List(), {given}, state, options);");
            writer.Close();
            writer.Line();
            writer.Open("private Tensor[] List()");
            writer.Line($"return new Tensor[] {{ {string.Join(", ", variant.Inputs.Select(x => x.Field))} }};");
            writer.Close();
            if (parameters)
            {
                writer.Line();
                WriteParameters(variant, writer);
            }

            writer.Line();
            WriteGradients(variant, writer, parameters);
            writer.Close();
        },
        SourceFile.TensorAlias);

    private static void WriteParameters(Variant variant, SourceWriter writer)
    {
        writer.Doc("summary", "The parameters of the gates.");
        foreach (Source source in variant.Parameters)
        {
            string shape = source.Channels switch { Channels.Scalar => "[heads]", Channels.Single => "one number, not learned", Channels.Key => variant.Update.Swapped ? "[heads, V]" : "[heads, K]", _ => variant.Update.Swapped ? "[heads, K]" : "[heads, V]" };
            writer.Line($"/// <param name=\"{source.Field}\">{shape}</param>");
        }

        string list = string.Join(", ", variant.Parameters.Select(x => $"Tensor{(x.Learned ? "" : "?")} {x.Field}"));
        writer.Open($"public sealed record Parameters({list})");
        writer.Open("internal Tensor?[] List()");
        writer.Line($"return new Tensor?[] {{ {string.Join(", ", variant.Parameters.Select(x => x.Field))} }};");
        writer.Close();
        writer.Close();
    }

    private static void WriteGradients(Variant variant, SourceWriter writer, bool parameters)
    {
        string name = variant.Declaration.Name;
        writer.Doc("summary", "Gradients, shaped like what they are gradients of. The caller owns all tensors.");
        writer.Open("public sealed class Gradients : IDisposable");
        writer.Line("private readonly BackwardResult result;");
        writer.Line();
        writer.Open("internal Gradients(BackwardResult result)");
        writer.Line("this.result = result;");
        writer.Line($"Inputs = new {name}({string.Join(", ", variant.Inputs.Select((_, i) => $"result.Inputs[{i}]"))});");
        if (parameters)
        {
            writer.Line($"Parameters = new Parameters({string.Join(", ", variant.Parameters.Select((x, i) => $"result.Parameters[{i}]{(x.Learned ? "!" : "")}"))});");
        }

        writer.Close();
        writer.Line();
        writer.Doc("summary", "The gradients of the inputs.");
        writer.Line($"public {name} Inputs {{ get; }}");
        if (parameters)
        {
            writer.Line();
            writer.Doc("summary", "The gradients of the gates' parameters.");
            writer.Line("public Parameters Parameters { get; }");
        }

        writer.Line();
        writer.Doc("summary", "The gradient of the initial state; null if none was given.");
        writer.Line("public Tensor? InitialState => result.InitialState;");
        writer.Line();
        writer.Doc("summary", "Frees all tensors.");
        writer.Open("public void Dispose()");
        writer.Line("result.Dispose();");
        writer.Close();
        writer.Close();
    }
}
