using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AttentionDsl.Generator;

/// <summary>
/// Reads the body of a gate into an expression. The language is closed: what the derivative rules do not know is refused, each construct with
/// its own problem at its own place. Reads bound operations, not syntax: constants are folded and names resolved by the compiler.
/// </summary>
internal sealed class GateReader(Compilation compilation, IMethodSymbol gate, ProblemList problems, CancellationToken token)
{
    private readonly List<IMethodSymbol> inlining = [];

    /// <summary>The gate's value over its parameters' names; zero in place of every construct that was refused.</summary>
    public Expr Read() => Body(gate, gate.Parameters.ToDictionary<IParameterSymbol, IParameterSymbol, Expr>(x => x, x => new Expr.Argument(x.Name), SymbolEqualityComparer.Default));

    /// <summary>The expression after a method's arrow; null if it has none.</summary>
    public static ExpressionSyntax? Arrow(IMethodSymbol method, CancellationToken token) =>
        method.DeclaringSyntaxReferences.Select(x => (x.GetSyntax(token) as MethodDeclarationSyntax)?.ExpressionBody?.Expression).FirstOrDefault(x => x is not null);

    private Expr Body(IMethodSymbol method, Dictionary<IParameterSymbol, Expr> arguments)
    {
        token.ThrowIfCancellationRequested();
        if (Arrow(method, token) is not { } body || compilation.GetSemanticModel(body.SyntaxTree).GetOperation(body, token) is not { } operation)
        {
            return Expr.Zero;
        }

        inlining.Add(method);
        Expr value = Value(operation, arguments);
        inlining.RemoveAt(inlining.Count - 1);
        return value;
    }

    private Expr Value(IOperation operation, Dictionary<IParameterSymbol, Expr> arguments)
    {
        if (operation.ConstantValue is { HasValue: true, Value: { } constant })
        {
            return Constant(operation, constant);
        }

        if (OverflowingForms.Remedy(operation) is { } remedy)
        {
            problems.Add(
                Problem.At("ATTN047", gate.Name, gate.Name, DeclarationText.OneLine(operation.Syntax), remedy).FixedBy($"text:{remedy}"),
                operation.Syntax.GetLocation());
        }

        switch (operation)
        {
            case IParameterReferenceOperation x when arguments.TryGetValue(x.Parameter, out Expr? argument):
                return argument;
            case IParenthesizedOperation x:
                return Value(x.Operand, arguments);
            case IConversionOperation { OperatorMethod: null, Type.SpecialType: SpecialType.System_Single or SpecialType.System_Double } x:
                return Value(x.Operand, arguments);
            case IConversionOperation x:
                return Refuse(operation, $"a conversion to {x.Type?.ToDisplayString()} has no derivative; compute with float throughout");
            case IUnaryOperation { OperatorKind: UnaryOperatorKind.Minus, OperatorMethod: null } x:
                return -Value(x.Operand, arguments);
            case IUnaryOperation { OperatorKind: UnaryOperatorKind.Plus, OperatorMethod: null } x:
                return Value(x.Operand, arguments);
            case IBinaryOperation { OperatorMethod: null } x when x.Type?.SpecialType is SpecialType.System_Single or SpecialType.System_Double:
                return Arithmetic(x, arguments);
            case IConditionalOperation { WhenFalse: { } otherwise } x:
                return Choose(x.Condition, Value(x.WhenTrue, arguments), Value(otherwise, arguments), arguments);
            case IInvocationOperation x:
                return Call(x, arguments);
            case IFieldReferenceOperation x:
                return Refuse(operation, $"the field {x.Field.Name} is not a constant; make it const, or a parameter of the gate");
            case IInvalidOperation:
                return Expr.Zero; // The compiler has said why.
            default:
                return Refuse(operation, "a gate is one expression of + - * /, comparisons in ?: and known functions");
        }
    }

    private Expr Constant(IOperation operation, object constant)
    {
        if (constant is not (float or double or int or uint or long or ulong or short or ushort or byte or sbyte))
        {
            return Refuse(operation, "only numbers are constants of a gate");
        }

        double value = Convert.ToDouble(constant, CultureInfo.InvariantCulture);
        return double.IsNaN(value) || double.IsInfinity(value)
            ? Refuse(operation, "it is not a finite number")
            : new Expr.Number(value);
    }

    private Expr Arithmetic(IBinaryOperation operation, Dictionary<IParameterSymbol, Expr> arguments)
    {
        Expr a = Value(operation.LeftOperand, arguments), b = Value(operation.RightOperand, arguments);
        switch (operation.OperatorKind)
        {
            case BinaryOperatorKind.Add:
                return a + b;
            case BinaryOperatorKind.Subtract:
                return a - b;
            case BinaryOperatorKind.Multiply:
                return a * b;
            case BinaryOperatorKind.Divide:
                return a / b;
            default:
                return Refuse(operation, "the operators of a gate are + - * /");
        }
    }

    /// <summary>A conditional, by the one comparison that numbers have: a &lt; b.</summary>
    private Expr Choose(IOperation condition, Expr then, Expr otherwise, Dictionary<IParameterSymbol, Expr> arguments)
    {
        if (condition.ConstantValue is { HasValue: true, Value: bool known })
        {
            return known ? then : otherwise;
        }

        switch (condition)
        {
            case IParenthesizedOperation x:
                return Choose(x.Operand, then, otherwise, arguments);
            case IUnaryOperation { OperatorKind: UnaryOperatorKind.Not } x:
                return Choose(x.Operand, otherwise, then, arguments);
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalAnd } x:
                return Choose(x.LeftOperand, Choose(x.RightOperand, then, otherwise, arguments), otherwise, arguments);
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalOr } x:
                return Choose(x.LeftOperand, then, Choose(x.RightOperand, then, otherwise, arguments), arguments);
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.LessThan } x:
                return Less(x.LeftOperand, x.RightOperand, then, otherwise);
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.GreaterThan } x:
                return Less(x.RightOperand, x.LeftOperand, then, otherwise);
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.LessThanOrEqual } x:
                return Less(x.RightOperand, x.LeftOperand, otherwise, then);
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.GreaterThanOrEqual } x:
                return Less(x.LeftOperand, x.RightOperand, otherwise, then);
            default:
                return Refuse(condition, "a condition compares numbers by <, <=, > or >=");
        }

        Expr Less(IOperation a, IOperation b, Expr yes, Expr no) => Expr.Function("Less", Value(a, arguments), Value(b, arguments), yes, no);
    }

    private Expr Call(IInvocationOperation call, Dictionary<IParameterSymbol, Expr> arguments)
    {
        IMethodSymbol method = call.TargetMethod;
        string name = $"{method.ContainingType?.Name}.{method.Name}";
        if (GateFunctions.IsLibrary(method))
        {
            Expr[] values = call.Arguments.OrderBy(x => x.Parameter?.Ordinal).Select(x => Value(x.Value, arguments)).ToArray();
            return GateFunctions.Call(method.Name, values) ?? Unknown(method.Name == "Pow"
                ? "of powers, x to a constant whole number (up to 16) or 0.5 and a positive constant to the power x are known"
                : $"the functions of a gate are {GateFunctions.Known}");
        }

        if (!method.IsStatic || Arrow(method, token) is null || method.IsGenericMethod || !IsFloat(method.ReturnType) || !method.Parameters.All(x => IsFloat(x.Type) && x.RefKind == RefKind.None))
        {
            return Unknown($"besides {GateFunctions.Known}, a gate can call static methods of floats whose body is one expression in this project's source");
        }

        if (inlining.Contains(method, SymbolEqualityComparer.Default))
        {
            problems.Add(Problem.At("ATTN026", gate.Name, gate.Name, string.Join(" -> ", inlining.Append(method).Select(x => x.Name))), call.Syntax.GetLocation());
            return Expr.Zero;
        }

        Dictionary<IParameterSymbol, Expr> inner = new(SymbolEqualityComparer.Default);
        foreach (IArgumentOperation argument in call.Arguments)
        {
            if (argument.Parameter is { } parameter)
            {
                inner[parameter] = Value(argument.Value, arguments);
            }
        }

        return Body(method, inner);

        Expr Unknown(string remedy)
        {
            problems.Add(Problem.At("ATTN022", gate.Name, gate.Name, name, remedy), call.Syntax.GetLocation());
            return Expr.Zero;
        }
    }

    private Expr Refuse(IOperation operation, string reason)
    {
        problems.Add(Problem.At("ATTN021", gate.Name, gate.Name, DeclarationText.OneLine(operation.Syntax), reason), operation.Syntax.GetLocation());
        return Expr.Zero;
    }

    private static bool IsFloat(ITypeSymbol type) => type.SpecialType is SpecialType.System_Single or SpecialType.System_Double;
}
