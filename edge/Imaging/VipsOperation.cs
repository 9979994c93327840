namespace InferenceTracing.Imaging;

/// <summary>One operation of libvips while its arguments are set: <c>new VipsOperation("invert").Set("in", image).Run()</c>.</summary>
internal readonly struct VipsOperation
{
    private readonly nint _operation;

    /// <summary>The operation of that name, as <c>vips -l</c> lists them.</summary>
    public VipsOperation(string name)
    {
        _operation = VipsNative.NewOperation(name);
        if (_operation == 0)
        {
            throw VipsException.Take();
        }
    }

    public VipsOperation Set(string name, int value) => Set(name, VipsValue.Int32(value));

    public VipsOperation Set(string name, bool value) => Set(name, VipsValue.Boolean(value));

    public VipsOperation Set(string name, double value) => Set(name, VipsValue.Double(value));

    public VipsOperation Set(string name, nint instance) => Set(name, VipsValue.Of(instance));

    /// <summary>Sets an argument of a type that has no place in <see cref="VipsValue"/>, such as a list of numbers.</summary>
    public VipsOperation SetText(string name, string value)
    {
        if (VipsNative.SetArgument(_operation, name, value) == 0)
        {
            return this;
        }

        Release();
        throw VipsException.Take();
    }

    /// <summary>
    /// The image that the operation will make, still without pixels: libvips computes them when they are written somewhere. The caller
    /// owns the reference; the operation is used up.
    /// </summary>
    /// <exception cref="VipsException">The arguments or the file's header do not suit.</exception>
    public nint Run()
    {
        var built = VipsNative.Build(_operation);
        if (built == 0)
        {
            Release();
            throw VipsException.Take();
        }

        var output = VipsValue.NoObject();
        VipsNative.GetProperty(built, "out", ref output);
        VipsNative.ReleaseOutputs(built);
        VipsNative.Release(built);
        VipsNative.Release(_operation);
        return output.Object;
    }

    private VipsOperation Set(string name, in VipsValue value)
    {
        VipsNative.SetProperty(_operation, name, value);
        return this;
    }

    private void Release()
    {
        VipsNative.ReleaseOutputs(_operation);
        VipsNative.Release(_operation);
    }
}
