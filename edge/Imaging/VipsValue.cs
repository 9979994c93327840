using System.Runtime.InteropServices;

namespace InferenceTracing.Imaging;

/// <summary>
/// GLib's GValue: a type's number and 16 bytes of content. The fundamental types and the place of their content are part of GLib's
/// binary interface (gtype.h, gvalue.h), so those that need no memory of their own are filled in here.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
internal struct VipsValue
{
    private const int FundamentalShift = 2;

    [FieldOffset(0)]
    private nuint _type;

    [FieldOffset(8)]
    private int _int32;

    [FieldOffset(8)]
    private double _double;

    [FieldOffset(8)]
    private nint _object;

    /// <summary>The GObject in it; whoever asked for it with <see cref="VipsNative.GetProperty"/> owns a reference.</summary>
    public readonly nint Object => _object;

    public static VipsValue Boolean(bool value) => new() { _type = 5 << FundamentalShift, _int32 = value ? 1 : 0 };

    public static VipsValue Int32(int value) => new() { _type = 6 << FundamentalShift, _int32 = value };

    public static VipsValue Double(double value) => new() { _type = 15 << FundamentalShift, _double = value };

    /// <summary>A GObject, without a reference of its own: for setting a property, which takes one.</summary>
    public static VipsValue Of(nint instance) => new() { _type = 20 << FundamentalShift, _object = instance };

    /// <summary>Room for a GObject that a property is asked for.</summary>
    public static VipsValue NoObject() => Of(0);
}
