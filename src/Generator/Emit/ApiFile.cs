namespace AttentionDsl.Generator;

/// <summary>
/// The members a user calls: Forward, Backward and Decode on the record, whose instance is the bundle of input tensors, the same prepared for many runs, and a
/// training step.
/// </summary>
internal static class ApiFile
{
    private const string InitialState = "Tensor? initialState = null", Options = "RunOptions? options = null";
    private const string GradientArguments = "Tensor outputGradient, Tensor? finalStateGradient = null, " + InitialState + ", " + Options;

    private static readonly (string Name, string Text)[] ForwardDocs =
    [
        ("initialState", "Float32 [N, heads, K, V]; null: zero."),
    ];

    private static readonly (string Name, string Text)[] BackwardDocs =
    [
        ("outputGradient", "Of the output's shape."),
        ("finalStateGradient", "Of the final state's shape; null: zero."),
        ("initialState", "The initial state of the forward pass; null: zero, and no gradient for it."),
    ];

    private static readonly (string Name, string Text)[] DecodeDocs =
    [
        ("state", "Float32 [N, heads, K, V], or a pool of states with <see cref=\"RunOptions.StateSlots\"/>."),
    ];

    /// <summary>The members that compute; <see cref="ErrorFile"/> writes the same.</summary>
    public static readonly Member[] Members =
    [
        new("ForwardResult", "Forward", $"{InitialState}, {Options}")
        {
            Summary = "The chunk-parallel form over whole sequences, with this instance as the inputs.",
            Docs = ForwardDocs,
            Returns = "The output [B, T, heads, V] and the final state.",
        },
        new("Gradients", "Backward", GradientArguments)
        {
            Summary = "The gradients of sum(output * outputGradient) + sum(finalState * finalStateGradient), in the chunk-parallel form.",
            Docs = BackwardDocs,
        },
        new("Tensor", "Decode", $"Tensor state, {Options}")
        {
            Summary = "The recurrent form: one or more tokens, the state updated in place.",
            Docs = DecodeDocs,
            Returns = "The output [B, T, heads, V].",
        },
        new("Prepared<ForwardResult>", "PrepareForward", $"{InitialState}, {Options}")
        {
            Summary = "Forward, checked and bound once, to run many times on what the tensors hold then.",
            Docs = ForwardDocs,
        },
        new("Prepared<Gradients>", "PrepareBackward", GradientArguments)
        {
            Summary = "Backward, checked and bound once, to run many times on what the tensors hold then.",
            Docs = BackwardDocs,
        },
        new("Prepared<Tensor>", "PrepareDecode", $"Tensor state, {Options}")
        {
            Summary = "Decode, checked and bound once: a decode loop writes the next token's inputs into the same tensors.",
            Docs = DecodeDocs,
        },
        new("PreparedTraining<Gradients>", "PrepareTraining", GradientArguments)
        {
            Summary = "Forward and Backward of a training step, checked and bound once: on a device the backward reads what the forward left, in place of computing it again.",
            Docs = BackwardDocs,
        },
    ];

    public static string Text(Variant variant) => variant.File(
        $"The public members of {variant.Declaration.Name}.",
        writer =>
        {
            bool parameters = variant.Parameters.Count != 0;

            writer.Line("/// <remarks>");
            writer.Line("/// Generated from the declaration. Per head, with S the state (K x V) before and S' after the token:");
            writer.Doc("code", Recurrence.Equations(variant.Update));
            writer.Doc("para", $"Axes: {Recurrence.Axes(variant.Update)}.");
            foreach (string line in Recurrence.Algorithm(variant.Update).Split('\n'))
            {
                writer.Doc("para", line);
            }

            writer.Line("/// </remarks>");
            writer.Open(variant.Declaration.Head);
            writer.Doc("summary", "The variant: its description, its kernels on tensors given as lists, and the oracle.");
            writer.Line("public static Variant<Kernels> Variant { get; } = new Variant<Kernels>();");
            foreach (Member member in Members)
            {
                writer.Line();
                WriteMember(member, writer, parameters);
            }

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

    private static void WriteMember(Member member, SourceWriter writer, bool parameters)
    {
        writer.Doc("summary", member.Summary);
        if (parameters)
        {
            writer.Line("/// <param name=\"parameters\">The parameters of the gates.</param>");
        }

        foreach ((string name, string text) in member.Docs)
        {
            writer.Line($"/// <param name=\"{name}\">{text}</param>");
        }

        writer.Line("/// <param name=\"options\">How to run; null: where the tensors are.</param>");
        if (member.Returns.Length != 0)
        {
            writer.Line($"/// <returns>{member.Returns}</returns>");
        }

        writer.Line("/// <exception cref=\"ArgumentException\">A tensor or option does not fit.</exception>");
        writer.Open($"public {member.Type} {member.Name}({(parameters ? "Parameters parameters, " : "")}{member.Arguments})");
        string call = $"Variant.{member.Name}(List(), {(parameters ? "List(parameters)" : "[]")}, {member.Call})";
        bool prepared = member.Type != "Gradients";
        writer.Line($"return {(!member.IsGradients ? call : prepared ? $"{call}.As(x => new Gradients(x))" : $"new Gradients({call})")};");
        writer.Close();
    }

    private static void WriteParameters(Variant variant, SourceWriter writer)
    {
        writer.Doc("summary", "The parameters of the gates.");
        foreach (Source source in variant.Parameters)
        {
            string shape = source.Channels switch { Channels.Scalar => "[heads]", Channels.Single => "one number, not learned", Channels.Key => variant.Update.Swapped ? "[heads, V]" : "[heads, K]", _ => variant.Update.Swapped ? "[heads, K]" : "[heads, V]" };
            writer.Line($"/// <param name=\"{source.Field}\">{shape}</param>");
        }

        string list = string.Join(", ", variant.Parameters.Select(x => $"Tensor{(x.Learned ? "" : "?")} {x.Field}"));
        writer.Line($"public sealed record Parameters({list});");
        writer.Line();
        writer.Open("private static Tensor?[] List(Parameters parameters)");
        writer.Line("ArgumentNullException.ThrowIfNull(parameters);");
        writer.Line($"return new Tensor?[] {{ {string.Join(", ", variant.Parameters.Select(x => $"parameters.{x.Field}"))} }};");
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

    /// <summary>A member that computes.</summary>
    /// <param name="Type">What it returns.</param>
    /// <param name="Name">Its name, which is that of what <c>Variant</c> does with lists.</param>
    /// <param name="Arguments">Its parameters after those of the gates.</param>
    internal sealed record Member(string Type, string Name, string Arguments)
    {
        public string Summary { get; init; } = "";

        public (string Name, string Text)[] Docs { get; init; } = [];

        public string Returns { get; init; } = "";

        /// <summary>What it gives on after inputs and parameters: its own arguments, by name.</summary>
        public string Call => string.Join(", ", Arguments.Split(',').Select(x => x.Trim().Split(' ')[1]));

        /// <summary>True if lists of gradients are to be given their names.</summary>
        public bool IsGradients => Type.Contains("Gradients");
    }
}
