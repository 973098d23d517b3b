using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AttentionDsl.Generator;

/// <summary>Functions that people write out and that overflow when written so: <c>Log(1 + Exp(x))</c>, <c>1 / (1 + Exp(-x))</c>, <c>Exp(x) / (1 + Exp(x))</c>.</summary>
internal static class OverflowingForms
{
    /// <summary>What to write in place of an operation; null if it is none of the forms.</summary>
    public static string? Remedy(IOperation operation) => operation switch
    {
        IInvocationOperation call when IsFunction(call, "Log") && OnePlusExp(call.Arguments[0].Value) is { } x => $"Softplus({x.Syntax})",
        IBinaryOperation { OperatorKind: BinaryOperatorKind.Divide } x when OnePlusExp(x.RightOperand) is { } exponent => Quotient(Bare(x.LeftOperand), exponent),
        _ => null,
    };

    private static string? Quotient(IOperation numerator, IOperation exponent)
    {
        if (IsOne(numerator))
        {
            return $"Sigmoid({Negated(exponent)})";
        }

        return numerator is IInvocationOperation call && IsFunction(call, "Exp") && SyntaxFactory.AreEquivalent(call.Arguments[0].Value.Syntax, exponent.Syntax)
            ? $"Sigmoid({exponent.Syntax})"
            : null;
    }

    private static string Negated(IOperation x) => Bare(x) switch
    {
        IUnaryOperation { OperatorKind: UnaryOperatorKind.Minus } minus => Bare(minus.Operand).Syntax.ToString(),
        { Syntax: IdentifierNameSyntax or InvocationExpressionSyntax } atom => $"-{atom.Syntax}",
        var sum => $"-({sum.Syntax})",
    };

    /// <summary>x of 1 + Exp(x) or Exp(x) + 1.</summary>
    private static IOperation? OnePlusExp(IOperation operation) =>
        Bare(operation) is IBinaryOperation { OperatorKind: BinaryOperatorKind.Add } sum
            ? IsOne(sum.LeftOperand) ? Exponent(sum.RightOperand) : IsOne(sum.RightOperand) ? Exponent(sum.LeftOperand) : null
            : null;

    private static IOperation? Exponent(IOperation operation) => Bare(operation) is IInvocationOperation call && IsFunction(call, "Exp") ? call.Arguments[0].Value : null;

    private static bool IsFunction(IInvocationOperation call, string name) =>
        call.TargetMethod.Name == name && call.Arguments.Length == 1 && GateFunctions.IsLibrary(call.TargetMethod);

    private static bool IsOne(IOperation operation) => operation.ConstantValue is { HasValue: true, Value: 1 or 1f or 1d };

    private static IOperation Bare(IOperation operation) => operation switch
    {
        IParenthesizedOperation x => Bare(x.Operand),
        IConversionOperation { OperatorMethod: null } x => Bare(x.Operand),
        _ => operation,
    };
}
