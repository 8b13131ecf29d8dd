# Reads a formula as Homebrew does, prints each address with its checksum, and runs `install` for this machine.
#
#   ruby formula.rb FORMULA UNPACKED-ARCHIVE PREFIX
require "fileutils"
require "pathname"

formula, source, prefix = ARGV

class Pathname
  def install(*names)
    FileUtils.mkdir_p(self)
    names.flatten.each do |name|
      (name.is_a?(Hash) ? name : { name => File.basename(name) }).each { |from, to| FileUtils.cp(from, self + to) }
    end
  end
end

class Formula
  class << self
    %i[desc homepage version license].each { |name| define_method(name) { |value| facts[name] = value } }
    def facts = (@facts ||= {})
    def on_macos(&block) = on("darwin", &block)
    def on_linux(&block) = on("linux", &block)
    def on_arm(&block) = (@processor = "arm64") && block.call
    def on_intel(&block) = (@processor = "amd64") && block.call
    def url(value) = @url = value
    def sha256(value) = puts("#{@system} #{@processor} #{@url} #{value}")
    def test; end

    private

    def on(system) = (@system = system) && yield
  end

  def initialize(prefix) = @prefix = Pathname(prefix)
  def bin = @prefix + "bin"
  def share = @prefix + "share"
  def man1 = share + "man/man1"
  def bash_completion = @prefix + "etc/bash_completion.d"
  def zsh_completion = share + "zsh/site-functions"
  def fish_completion = share + "fish/vendor_completions.d"
end

load formula
raise "the facts are incomplete: #{Gover.facts}" unless %i[desc homepage version license].all? { |name| Gover.facts[name] }
raise "Homebrew allows 80 characters in desc" if Gover.facts[:desc].length > 80
Dir.chdir(source) { Gover.new(prefix).install }
